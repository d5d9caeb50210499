#include "cel/pattern.h"

#include <re2/re2.h>

#include <utility>

namespace tidegate::cel {
namespace {

constexpr std::int64_t kMaxProgramBytes = 1024 * 1024;

}  // namespace

std::expected<Pattern, std::string> Pattern::make(std::string_view pattern) {
  re2::RE2::Options options(re2::RE2::Quiet);
  options.set_max_mem(kMaxProgramBytes);
  auto program =
      std::make_unique<re2::RE2>(re2::StringPiece(pattern.data(), pattern.size()), options);
  if (!program->ok()) return std::unexpected("invalid regular expression: " + program->error());
  return Pattern(std::move(program));
}

Pattern::Pattern(std::unique_ptr<re2::RE2> program) : program_(std::move(program)) {}
Pattern::Pattern(Pattern&&) noexcept = default;
Pattern& Pattern::operator=(Pattern&&) noexcept = default;
Pattern::~Pattern() = default;

bool Pattern::matches(std::string_view text) const {
  return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *program_);
}

}  // namespace tidegate::cel
