#include "json/value.h"

#include <charconv>
#include <cmath>

namespace tidegate::json {

Kind kind_of(std::string_view value) {
  if (value.empty()) return Kind::kAbsent;
  switch (value.front()) {
    case '{':
      return Kind::kObject;
    case '[':
      return Kind::kArray;
    case '"':
      return Kind::kString;
    case 't':
      return Kind::kTrue;
    case 'f':
      return Kind::kFalse;
    case 'n':
      return Kind::kNull;
    default:
      return Kind::kNumber;
  }
}

std::optional<std::uint64_t> parse_uint(std::string_view value) {
  if (!is_number(value)) return std::nullopt;
  const char* const end = value.data() + value.size();
  std::uint64_t whole = 0;
  const auto result = std::from_chars(value.data(), end, whole);
  if (result.ec == std::errc() && result.ptr == end) {
    if (whole >> 63 != 0) return std::nullopt;
    return whole;
  }
  double number = 0;
  const auto read = std::from_chars(value.data(), end, number);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  if (number < 0 || number >= 9.2e18 || number != std::floor(number)) return std::nullopt;
  return static_cast<std::uint64_t>(number);
}

std::optional<bool> parse_bool(std::string_view value) {
  if (value != "true" && value != "false") return std::nullopt;
  return value == "true";
}

}  // namespace tidegate::json
