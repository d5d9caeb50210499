#include "resource/duration.h"

#include <cstdint>
#include <optional>
#include <string>

namespace tidegate::resource {
namespace {

constexpr int kMaxPairs = 4;
constexpr std::size_t kMaxDigits = 5;

// Takes a unit off the front of `text`; its length in milliseconds.
std::optional<std::int64_t> take_unit(std::string_view& text) {
  struct Unit {
    std::string_view name;
    std::int64_t milliseconds;
  };
  // "ms" before "m": the longer name wins.
  constexpr Unit kUnits[] = {{"ms", 1}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}};
  for (const Unit& unit : kUnits) {
    if (!text.starts_with(unit.name)) continue;
    text.remove_prefix(unit.name.size());
    return unit.milliseconds;
  }
  return std::nullopt;
}

}  // namespace

Result<std::chrono::milliseconds> parse_duration(std::string_view text) {
  const auto bad = [whole = std::string(text)] {
    return fail(ErrorCode::kInvalidConfig, Origin::kInternal,
                "\"" + whole + "\" is not a duration such as 10s, 500ms or 1h30m");
  };
  std::int64_t total = 0;
  int pairs = 0;
  while (!text.empty()) {
    std::size_t digits = 0;
    std::int64_t value = 0;
    for (; digits < text.size() && text[digits] >= '0' && text[digits] <= '9'; ++digits) {
      if (digits == kMaxDigits) return bad();
      value = value * 10 + (text[digits] - '0');
    }
    if (digits == 0 || ++pairs > kMaxPairs) return bad();
    text.remove_prefix(digits);
    const auto unit = take_unit(text);
    if (!unit) return bad();
    total += value * *unit;
  }
  if (pairs == 0) return bad();
  return std::chrono::milliseconds(total);
}

}  // namespace tidegate::resource
