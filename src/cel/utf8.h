// Text by code points. Bytes that are no UTF-8 count as one code point each (U+FFFD).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tidegate::cel {

struct CodePoint {
  char32_t value = 0xfffd;
  std::size_t bytes = 1;
  bool valid = false;
};

// The first code point of text that is not empty.
CodePoint decode_point(std::string_view text);

// Writes a code point at `out` (room for four bytes); returns how many bytes.
std::size_t encode_point(char32_t point, char* out);

// How many code points.
std::size_t count_points(std::string_view text);

// The byte where the code point number `index` begins: the size of the text for the one past the
// last, npos beyond.
std::size_t find_point(std::string_view text, std::size_t index);

bool is_valid_utf8(std::string_view text);

}  // namespace tidegate::cel
