#include "decode/base64.h"

#include "base/base64.h"

namespace tidegate::decode {

std::optional<std::string> parse_base64(std::string_view text) {
  std::string digits(text);
  std::erase_if(digits, [](char c) { return c == '\n' || c == '\r'; });
  if (digits.size() % 4 != 0 || digits.find_first_of("-_") != digits.npos) return std::nullopt;
  return tidegate::parse_base64(digits);
}

}  // namespace tidegate::decode
