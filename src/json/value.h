// What one value of a validated document is, from its raw text.   Thread: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "json/scan.h"

namespace tidegate::json {

// By the first byte; kAbsent for empty text.
Kind kind_of(std::string_view value);

// A number that is a whole one, not negative and below 2^63; also as 12.0 or 1e3.
std::optional<std::uint64_t> parse_uint(std::string_view value);
std::optional<bool> parse_bool(std::string_view value);

inline bool is_object(std::string_view value) { return value.starts_with('{'); }
inline bool is_array(std::string_view value) { return value.starts_with('['); }
inline bool is_string(std::string_view value) { return value.starts_with('"'); }
inline bool is_null(std::string_view value) { return value == "null"; }
inline bool is_number(std::string_view value) { return kind_of(value) == Kind::kNumber; }

}  // namespace tidegate::json
