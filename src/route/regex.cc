#include "route/regex.h"

#include <re2/re2.h>

#include <algorithm>
#include <string>
#include <utility>

namespace tidegate::route {
namespace {

constexpr std::int64_t kMaxProgramBytes = 1024 * 1024;
// Longest literal start that counts; the path limit of the Gateway API.
constexpr int kMaxLiteralBytes = 1024;

std::size_t common_prefix_of_matches(const re2::RE2& program) {
  std::string low;
  std::string high;
  if (!program.PossibleMatchRange(&low, &high, kMaxLiteralBytes)) return 0;
  const auto ends = std::ranges::mismatch(low, high);
  return static_cast<std::size_t>(ends.in1 - low.begin());
}

}  // namespace

Result<Regex> Regex::make(std::string_view pattern) {
  re2::RE2::Options options(re2::RE2::Quiet);
  options.set_max_mem(kMaxProgramBytes);
  auto program =
      std::make_unique<re2::RE2>(re2::StringPiece(pattern.data(), pattern.size()), options);
  if (!program->ok()) {
    return fail(ErrorCode::kInvalidConfig, Origin::kInternal,
                "invalid regular expression \"" + std::string(pattern) + "\": " + program->error());
  }
  return Regex(std::move(program));
}

Regex::Regex(std::unique_ptr<re2::RE2> program)
    : program_(std::move(program)), literal_prefix_bytes_(common_prefix_of_matches(*program_)) {}

Regex::Regex(Regex&&) noexcept = default;
Regex& Regex::operator=(Regex&&) noexcept = default;
Regex::~Regex() = default;

bool Regex::matches(std::string_view text) const {
  return re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()), *program_);
}

}  // namespace tidegate::route
