// Which bytes may stand where in HTTP/1: one table, looked up by every parser and formatter.
//
// Source: RFC 9110 5.5 and 5.6.2, RFC 9112 3.2, RFC 3986 3.2.2.   Thread: any.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/ascii.h"

namespace tidegate::http {

// Bits of a byte's entry in kCharClasses.
inline constexpr std::uint8_t kTokenChar = 1;   // method, field name, list members
inline constexpr std::uint8_t kTargetChar = 2;  // request target: visible ASCII without '#'
inline constexpr std::uint8_t kValueChar = 4;   // field value: visible, space, tab, 0x80-0xFF
inline constexpr std::uint8_t kHostChar = 8;    // host name: letters, digits, "-._~"

constexpr std::array<std::uint8_t, 256> make_char_classes() {
  std::array<std::uint8_t, 256> classes{};
  for (std::size_t c = 0; c < classes.size(); ++c) {
    const bool alnum = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    const auto among = [c](std::string_view set) {
      return set.find(static_cast<char>(c)) != std::string_view::npos;
    };
    std::uint8_t bits = 0;
    if (alnum || among("!#$%&'*+-.^_`|~")) bits |= kTokenChar;
    if (c > 0x20 && c < 0x7f && c != '#') bits |= kTargetChar;
    if ((c >= 0x20 && c != 0x7f) || c == '\t') bits |= kValueChar;
    if (alnum || among("-._~")) bits |= kHostChar;
    classes[c] = bits;
  }
  return classes;
}
inline constexpr std::array<std::uint8_t, 256> kCharClasses = make_char_classes();

inline bool has_class(char c, std::uint8_t bits) {
  return (kCharClasses[static_cast<unsigned char>(c)] & bits) != 0;
}

// First byte in [at, end) that is not of the class; `end` when all are.
inline const char* skip_class(const char* at, const char* end, std::uint8_t bits) {
  while (at != end && has_class(*at, bits)) ++at;
  return at;
}

// Without spaces and tabs on both sides.
inline std::string_view trim_ows(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace tidegate::http
