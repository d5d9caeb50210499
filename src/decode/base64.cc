#include "decode/base64.h"

#include <cstddef>
#include <cstdint>

namespace tidegate::decode {
namespace {

// The value of a digit, 0..63; -1 for anything else.
int digit_of(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  return c == '/' ? 63 : -1;
}

}  // namespace

std::optional<std::string> parse_base64(std::string_view text) {
  std::string out;
  out.reserve(text.size() / 4 * 3);
  std::uint32_t bits = 0;
  std::size_t digits = 0;
  std::size_t padding = 0;
  for (const char c : text) {
    if (c == '\n' || c == '\r') continue;
    if (c == '=') {
      ++padding;
      continue;
    }
    const int digit = digit_of(c);
    if (digit < 0 || padding > 0) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    if (++digits % 4 != 0) continue;
    for (const int shift : {16, 8, 0}) out.push_back(static_cast<char>(bits >> shift & 0xff));
    bits = 0;
  }
  const std::size_t rest = digits % 4;
  const std::size_t expected_padding = rest == 0 ? 0 : 4 - rest;
  if (rest == 1 || padding != expected_padding) return std::nullopt;
  if (rest >= 2) out.push_back(static_cast<char>(bits >> (rest == 2 ? 4 : 10) & 0xff));
  if (rest == 3) out.push_back(static_cast<char>(bits >> 2 & 0xff));
  return out;
}

}  // namespace tidegate::decode
