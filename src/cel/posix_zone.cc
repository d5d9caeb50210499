#include "cel/posix_zone.h"

#include <chrono>

namespace tidegate::cel {
namespace {

constexpr std::int64_t kSecondsPerDay = 86400;

bool take(std::string_view& text, char wanted) {
  if (!text.starts_with(wanted)) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<int> take_number(std::string_view& text, int most) {
  int value = 0;
  std::size_t count = 0;
  while (count < text.size() && count < 4 && text[count] >= '0' && text[count] <= '9') {
    value = value * 10 + (text[count++] - '0');
  }
  if (count == 0 || value > most) return std::nullopt;
  text.remove_prefix(count);
  return value;
}

// "CET" or "<+0330>".
bool skip_name(std::string_view& text) {
  if (text.starts_with('<')) {
    const auto end = text.find('>');
    if (end == std::string_view::npos) return false;
    text.remove_prefix(end + 1);
    return true;
  }
  std::size_t count = 0;
  while (count < text.size() && ((text[count] >= 'a' && text[count] <= 'z') ||
                                 (text[count] >= 'A' && text[count] <= 'Z'))) {
    ++count;
  }
  text.remove_prefix(count);
  return count >= 3;
}

// "-3:30", "1": hours, minutes and seconds with one sign.
std::optional<std::int64_t> take_time(std::string_view& text) {
  const bool negative = take(text, '-');
  if (!negative) take(text, '+');
  const auto hours = take_number(text, 167);
  if (!hours) return std::nullopt;
  std::int64_t seconds = *hours * 3600;
  for (const int unit : {60, 1}) {
    if (!take(text, ':')) break;
    const auto part = take_number(text, 59);
    if (!part) return std::nullopt;
    seconds += *part * unit;
  }
  return negative ? -seconds : seconds;
}

}  // namespace

std::optional<PosixZone::Date> PosixZone::parse_date(std::string_view& text) {
  Date date;
  if (take(text, 'M')) {
    const auto month = take_number(text, 12);
    if (!month || *month == 0 || !take(text, '.')) return std::nullopt;
    const auto week = take_number(text, 5);
    if (!week || *week == 0 || !take(text, '.')) return std::nullopt;
    const auto day = take_number(text, 6);
    if (!day) return std::nullopt;
    date.month = *month;
    date.week = *week;
    date.day = *day;
  } else {
    date.kind = take(text, 'J') ? Date::Kind::kJulian : Date::Kind::kDayOfYear;
    const auto day = take_number(text, 365);
    if (!day) return std::nullopt;
    date.day = *day;
  }
  if (take(text, '/')) {
    const auto seconds = take_time(text);
    if (!seconds) return std::nullopt;
    date.seconds = *seconds;
  }
  return date;
}

std::optional<PosixZone> PosixZone::parse(std::string_view text) {
  PosixZone zone;
  if (!skip_name(text)) return std::nullopt;
  const auto standard = take_time(text);
  if (!standard) return std::nullopt;
  zone.standard_ = -*standard;  // POSIX counts west of UTC
  if (text.empty()) return zone;
  if (!skip_name(text)) return std::nullopt;
  zone.summer_ = zone.standard_ + 3600;
  if (!text.starts_with(',')) {
    const auto summer = take_time(text);
    if (!summer) return std::nullopt;
    zone.summer_ = -*summer;
  }
  if (!take(text, ',')) return std::nullopt;
  const auto start = parse_date(text);
  if (!start || !take(text, ',')) return std::nullopt;
  const auto end = parse_date(text);
  if (!end || !text.empty()) return std::nullopt;
  zone.start_ = *start;
  zone.end_ = *end;
  return zone;
}

std::int64_t PosixZone::find_local(const Date& date, int year) {
  using namespace std::chrono;
  const std::chrono::year wanted(year);
  sys_days day = wanted / January / 1;
  if (date.kind == Date::Kind::kMonth) {
    const auto month = wanted / std::chrono::month(static_cast<unsigned>(date.month));
    const weekday of_week(static_cast<unsigned>(date.day));
    day = date.week == 5 ? sys_days(month / of_week[last])
                         : sys_days(month / of_week[static_cast<unsigned>(date.week)]);
  } else if (date.kind == Date::Kind::kJulian) {
    // February 29 is never counted.
    const int leap = wanted.is_leap() && date.day >= 60 ? 1 : 0;
    day += days(date.day - 1 + leap);
  } else {
    day += days(date.day);
  }
  return day.time_since_epoch().count() * kSecondsPerDay + date.seconds;
}

std::int64_t PosixZone::find_offset(std::int64_t utc_seconds) const {
  using namespace std::chrono;
  if (!summer_) return standard_;
  const sys_seconds local{seconds(utc_seconds + standard_)};
  const int year = static_cast<int>(year_month_day(floor<days>(local)).year());
  const std::int64_t start = find_local(start_, year) - standard_;
  const std::int64_t end = find_local(end_, year) - *summer_;
  const bool summer = start < end ? utc_seconds >= start && utc_seconds < end
                                  : utc_seconds >= start || utc_seconds < end;
  return summer ? *summer_ : standard_;
}

}  // namespace tidegate::cel
