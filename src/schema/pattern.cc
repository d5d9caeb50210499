#include "schema/pattern.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <utility>

namespace tidegate::schema {
namespace {

constexpr std::int64_t kMaxProgramBytes = 256 * 1024;

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// ECMA-262 writes a code point as \u00e9 and a control character as \cA, which RE2 does not know.
std::string to_re2(std::string_view expression) {
  std::string out;
  for (std::size_t at = 0; at < expression.size();) {
    const std::string_view rest = expression.substr(at);
    if (rest.size() >= 6 && rest.starts_with("\\u") &&
        std::ranges::all_of(rest.substr(2, 4), is_hex)) {
      out += fmt::format("\\x{{{}}}", rest.substr(2, 4));
      at += 6;
    } else if (rest.size() >= 3 && rest.starts_with("\\c")) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned>(rest[2]) % 32U);
      at += 3;
    } else {
      const std::size_t taken = rest[0] == '\\' ? std::min<std::size_t>(2, rest.size()) : 1;
      out += rest.substr(0, taken);
      at += taken;
    }
  }
  return out;
}

}  // namespace

Result<Pattern> Pattern::make(std::string_view expression) {
  re2::RE2::Options options(re2::RE2::Quiet);
  options.set_max_mem(kMaxProgramBytes);
  auto program = std::make_unique<re2::RE2>(to_re2(expression), options);
  if (!program->ok()) {
    return fail(ErrorCode::kUnsupported, Origin::kInternal,
                fmt::format("the regular expression \"{}\" cannot be used: {}", expression,
                            program->error()));
  }
  return Pattern(std::move(program), expression);
}

Pattern::Pattern(std::unique_ptr<re2::RE2> program, std::string_view expression)
    : program_(std::move(program)), expression_(expression) {}
Pattern::Pattern(Pattern&&) noexcept = default;
Pattern& Pattern::operator=(Pattern&&) noexcept = default;
Pattern::~Pattern() = default;

bool Pattern::matches(std::string_view text) const {
  return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *program_);
}

}  // namespace tidegate::schema
