// Code points of UTF-8.   Source: Unicode 15, section 3.9, table 3-7.   Thread: pure functions.
#pragma once

#include <cstddef>
#include <string_view>

namespace tidegate {

// Whether a byte belongs to the character that begins before it.
inline bool is_continuation(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

// What no UTF-8 is counts as one U+FFFD per byte.
struct CodePoint {
  char32_t value = 0xfffd;
  std::size_t bytes = 1;
  bool valid = false;
};

// The first code point of text that is not empty.
CodePoint decode_point(std::string_view text);

// Writes a code point (below U+110000) at `out` (room for four bytes); returns how many bytes.
std::size_t encode_point(char32_t point, char* out);

}  // namespace tidegate
