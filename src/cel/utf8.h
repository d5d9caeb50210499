// Text by code points; base/utf8.h says what bytes count as that are no UTF-8.
#pragma once

#include <cstddef>
#include <string_view>

namespace tidegate::cel {

// How many code points.
std::size_t count_points(std::string_view text);

// The byte where the code point number `index` begins: the size of the text for the one past the
// last, npos beyond.
std::size_t find_point(std::string_view text, std::size_t index);

bool is_valid_utf8(std::string_view text);

}  // namespace tidegate::cel
