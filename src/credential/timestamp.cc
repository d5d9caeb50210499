#include "credential/timestamp.h"

#include <fmt/format.h>

#include <charconv>
#include <chrono>

namespace tidegate::credential {
namespace {

// Takes `digits` decimal digits, and `after` behind them, off the front.
std::optional<int> take_number(std::string_view& text, std::size_t digits, std::string_view after) {
  if (text.size() < digits + after.size()) return std::nullopt;
  int number = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    number = number * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  if (!text.starts_with(after)) return std::nullopt;
  text.remove_prefix(after.size());
  return number;
}

void skip_fraction(std::string_view& text) {
  if (!text.starts_with('.')) return;
  text.remove_prefix(1);
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') text.remove_prefix(1);
}

std::optional<std::chrono::minutes> parse_offset(std::string_view text) {
  if (text == "Z" || text == "z") return std::chrono::minutes(0);
  if (text.empty() || (text.front() != '+' && text.front() != '-')) return std::nullopt;
  const int sign = text.front() == '-' ? -1 : 1;
  text.remove_prefix(1);
  const auto hours = take_number(text, 2, ":");
  const auto minutes = take_number(text, 2, "");
  if (!hours || !minutes || !text.empty() || *hours > 23 || *minutes > 59) return std::nullopt;
  return std::chrono::minutes(sign * (*hours * 60 + *minutes));
}

}  // namespace

std::string format_basic_time(WallTime time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const auto day = std::chrono::floor<std::chrono::days>(seconds);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(seconds - day);
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

std::optional<WallTime> parse_timestamp(std::string_view text) {
  const auto year = take_number(text, 4, "-");
  const auto month = year ? take_number(text, 2, "-") : std::nullopt;
  const auto day = month ? take_number(text, 2, "T") : std::nullopt;
  const auto hour = day ? take_number(text, 2, ":") : std::nullopt;
  const auto minute = hour ? take_number(text, 2, ":") : std::nullopt;
  const auto second = minute ? take_number(text, 2, "") : std::nullopt;
  if (!second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  skip_fraction(text);
  const auto offset = parse_offset(text);
  const std::chrono::year_month_day date(std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day)));
  // The clock counts nanoseconds in 64 bits: years beyond 2261 do not fit.
  if (!offset || !date.ok() || *year < 1970 || *year > 2261) return std::nullopt;
  return WallTime(std::chrono::sys_days(date) + std::chrono::hours(*hour) +
                  std::chrono::minutes(*minute) + std::chrono::seconds(*second) - *offset);
}

}  // namespace tidegate::credential
