// Quick looks into JSON text that is not parsed: "could this event say something about usage?"
//
// In valid JSON the bytes `"usage"` followed by a colon can only be a member of that name, at some
// level: within a string its quotes would be escaped. So a miss is certain (unless the name is
// spelled with escapes, which no serialiser does), and a hit is worth a scan (json/scan.h). Cost:
// about 0.06 ns a byte.   Thread: pure functions.
#pragma once

#include <cstddef>
#include <string_view>

namespace tidegate::json {

// Offset of the first byte of the value of the first member called `quoted_name` (with its quotes,
// at least 3 bytes) at or after `from`; npos when there is none.
std::size_t peek_value(std::string_view text, std::string_view quoted_name, std::size_t from = 0);

// Whether a string, array or object starts at `at` (npos: nothing does) that is not empty.
bool is_filled(std::string_view text, std::size_t at);

// Offset of the first '\n' or '\r' at or after `from`; text.size() when there is none.
std::size_t find_line_end(std::string_view text, std::size_t from = 0);

}  // namespace tidegate::json
