#include "cel/time_value.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdlib>

namespace tidegate::cel {
namespace {

constexpr std::int64_t kNanosPerSecond = 1'000'000'000;
constexpr std::int64_t kLeastTimestamp = -62135596800;  // 0001-01-01T00:00:00Z
constexpr std::int64_t kMostTimestamp = 253402300799;   // 9999-12-31T23:59:59Z
constexpr std::int64_t kMostDuration = 315'576'000'000;
constexpr std::int64_t kSecondsPerDay = 86400;

// The nanoseconds brought into [0, 1 s).
TimeParts floor_parts(std::int64_t seconds, std::int64_t nanos) {
  std::int64_t carry = nanos / kNanosPerSecond;
  std::int64_t rest = nanos % kNanosPerSecond;
  if (rest < 0) {
    rest += kNanosPerSecond;
    --carry;
  }
  return {seconds + carry, static_cast<std::int32_t>(rest)};
}

// Both parts brought to one sign.
TimeParts align_signs(TimeParts parts) {
  if (parts.seconds < 0 && parts.nanos > 0) {
    return {parts.seconds + 1, static_cast<std::int32_t>(parts.nanos - kNanosPerSecond)};
  }
  return parts;
}

// Digits of an exact count, or of any from one up to `most` when `least` differs; taken off.
std::optional<std::int64_t> take_digits(std::string_view& text, std::size_t least,
                                        std::size_t most) {
  std::int64_t value = 0;
  std::size_t count = 0;
  while (count < most && count < text.size() && text[count] >= '0' && text[count] <= '9') {
    value = value * 10 + (text[count] - '0');
    ++count;
  }
  if (count < least) return std::nullopt;
  text.remove_prefix(count);
  return value;
}

bool take(std::string_view& text, char wanted) {
  if (!text.starts_with(wanted)) return false;
  text.remove_prefix(1);
  return true;
}

// A fraction after its dot, in nanoseconds; further digits must be there but count for nothing.
std::optional<std::int32_t> take_fraction(std::string_view& text) {
  const std::size_t before = text.size();
  auto nanos = take_digits(text, 1, 9);
  if (!nanos) return std::nullopt;
  for (std::size_t digits = before - text.size(); digits < 9; ++digits) *nanos *= 10;
  while (!text.empty() && text[0] >= '0' && text[0] <= '9') text.remove_prefix(1);
  return static_cast<std::int32_t>(*nanos);
}

std::optional<std::int64_t> take_zone(std::string_view& text) {
  if (take(text, 'Z') || take(text, 'z')) return 0;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  const auto offset = parse_offset(text);
  text = {};
  return offset;
}

struct Unit {
  std::string_view name;
  std::int64_t nanos;
};
// Longer names first.
constexpr Unit kUnits[] = {{"ms", 1'000'000},
                           {"us", 1'000},
                           {"\xc2\xb5s", 1'000},
                           {"\xce\xbcs", 1'000},
                           {"ns", 1},
                           {"h", 3600 * kNanosPerSecond},
                           {"m", 60 * kNanosPerSecond},
                           {"s", kNanosPerSecond}};

std::optional<std::int64_t> take_unit(std::string_view& text) {
  for (const auto& unit : kUnits) {
    if (!text.starts_with(unit.name)) continue;
    text.remove_prefix(unit.name.size());
    return unit.nanos;
  }
  return std::nullopt;
}

// One "12.5h" of a duration, not negative.
std::optional<TimeParts> take_span(std::string_view& text) {
  const bool starts_with_dot = text.starts_with('.');
  const auto whole = starts_with_dot ? 0 : take_digits(text, 1, 18);
  if (!whole) return std::nullopt;
  std::int64_t fraction = 0;
  if (take(text, '.')) {
    const auto taken = take_fraction(text);
    if (!taken && starts_with_dot) return std::nullopt;
    fraction = taken.value_or(0);
  }
  const auto unit = take_unit(text);
  if (!unit) return std::nullopt;
  __extension__ using Wide = __int128;
  const Wide nanos =
      static_cast<Wide>(*whole) * *unit + static_cast<Wide>(fraction) * *unit / kNanosPerSecond;
  const Wide seconds = nanos / kNanosPerSecond;
  if (seconds > kMostDuration) return std::nullopt;
  return TimeParts{static_cast<std::int64_t>(seconds),
                   static_cast<std::int32_t>(nanos % kNanosPerSecond)};
}

std::string format_fraction(std::int32_t nanos) {
  if (nanos == 0) return {};
  std::string text = fmt::format(".{:09}", std::abs(nanos));
  text.erase(text.find_last_not_of('0') + 1);
  return text;
}

}  // namespace

bool is_timestamp(TimeParts parts) {
  return parts.seconds >= kLeastTimestamp && parts.seconds <= kMostTimestamp;
}

bool is_duration(TimeParts parts) {
  return parts.seconds >= -kMostDuration && parts.seconds <= kMostDuration;
}

TimeParts shift_timestamp(TimeParts time, TimeParts duration) {
  return floor_parts(time.seconds + duration.seconds,
                     static_cast<std::int64_t>(time.nanos) + duration.nanos);
}

TimeParts subtract_timestamps(TimeParts left, TimeParts right) {
  return align_signs(floor_parts(left.seconds - right.seconds,
                                 static_cast<std::int64_t>(left.nanos) - right.nanos));
}

TimeParts add_durations(TimeParts left, TimeParts right) {
  return align_signs(floor_parts(left.seconds + right.seconds,
                                 static_cast<std::int64_t>(left.nanos) + right.nanos));
}

TimeParts negate_duration(TimeParts duration) { return {-duration.seconds, -duration.nanos}; }

std::optional<TimeParts> parse_timestamp(std::string_view text) {
  using namespace std::chrono;
  const auto years = take_digits(text, 4, 4);
  if (!years || !take(text, '-')) return std::nullopt;
  const auto months = take_digits(text, 2, 2);
  if (!months || !take(text, '-')) return std::nullopt;
  const auto days = take_digits(text, 2, 2);
  if (!days || !(take(text, 'T') || take(text, 't') || take(text, ' '))) return std::nullopt;
  const auto hours = take_digits(text, 2, 2);
  if (!hours || !take(text, ':')) return std::nullopt;
  const auto minutes = take_digits(text, 2, 2);
  if (!minutes || !take(text, ':')) return std::nullopt;
  const auto seconds = take_digits(text, 2, 2);
  if (!seconds || *hours > 23 || *minutes > 59 || *seconds > 59) return std::nullopt;
  std::int32_t nanos = 0;
  if (take(text, '.')) {
    const auto fraction = take_fraction(text);
    if (!fraction) return std::nullopt;
    nanos = *fraction;
  }
  const auto offset = take_zone(text);
  const year_month_day date{year(static_cast<int>(*years)), month(static_cast<unsigned>(*months)),
                            day(static_cast<unsigned>(*days))};
  if (!offset || !text.empty() || !date.ok()) return std::nullopt;
  const std::int64_t day_seconds = *hours * 3600 + *minutes * 60 + *seconds;
  const TimeParts parts{
      sys_days(date).time_since_epoch().count() * kSecondsPerDay + day_seconds - *offset, nanos};
  return is_timestamp(parts) ? std::optional(parts) : std::nullopt;
}

std::string format_timestamp(TimeParts time) {
  const CivilTime civil = to_civil(time.seconds);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}Z", civil.year, civil.month + 1,
                     civil.day_of_month + 1, civil.hours, civil.minutes, civil.seconds,
                     format_fraction(time.nanos));
}

std::optional<TimeParts> parse_duration(std::string_view text) {
  const bool negative = take(text, '-');
  if (!negative) take(text, '+');
  if (text == "0") return TimeParts{};
  if (text.empty()) return std::nullopt;
  TimeParts sum;
  while (!text.empty()) {
    const auto span = take_span(text);
    if (!span) return std::nullopt;
    sum = add_durations(sum, *span);
    if (!is_duration(sum)) return std::nullopt;
  }
  return negative ? negate_duration(sum) : sum;
}

std::string format_duration(TimeParts duration) {
  const bool negative = duration.seconds < 0 || duration.nanos < 0;
  return fmt::format("{}{}{}s", negative ? "-" : "", std::abs(duration.seconds),
                     format_fraction(duration.nanos));
}

CivilTime to_civil(std::int64_t seconds) {
  using namespace std::chrono;
  const sys_seconds time{std::chrono::seconds(seconds)};
  const auto date = floor<days>(time);
  const year_month_day ymd(date);
  const auto rest = (time - date).count();
  CivilTime civil;
  civil.year = static_cast<int>(ymd.year());
  civil.month = static_cast<int>(static_cast<unsigned>(ymd.month())) - 1;
  civil.day_of_month = static_cast<int>(static_cast<unsigned>(ymd.day())) - 1;
  civil.day_of_week = static_cast<int>(weekday(date).c_encoding());
  civil.day_of_year = static_cast<int>((date - sys_days(ymd.year() / January / 1)).count());
  civil.hours = static_cast<int>(rest / 3600);
  civil.minutes = static_cast<int>(rest / 60 % 60);
  civil.seconds = static_cast<int>(rest % 60);
  return civil;
}

std::optional<std::int64_t> parse_offset(std::string_view text) {
  const bool negative = take(text, '-');
  if (!negative) take(text, '+');
  const auto hours = take_digits(text, 2, 2);
  if (!hours || !take(text, ':')) return std::nullopt;
  const auto minutes = take_digits(text, 2, 2);
  if (!minutes || !text.empty() || *hours > 23 || *minutes > 59) return std::nullopt;
  const std::int64_t seconds = *hours * 3600 + *minutes * 60;
  return negative ? -seconds : seconds;
}

}  // namespace tidegate::cel
