// The rule for all years to come at the end of a TZif file: "CET-1CEST,M3.5.0,M10.5.0/3".
// Source: POSIX.1-2017 section 8.3 (TZ), with hours up to 167 either way as RFC 9636 has them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tidegate::cel {

class PosixZone {
 public:
  static std::optional<PosixZone> parse(std::string_view text);

  // Seconds east of UTC at a time.
  std::int64_t find_offset(std::int64_t utc_seconds) const;

 private:
  // A day of each year, and the local time on it.
  struct Date {
    enum class Kind : std::uint8_t { kMonth, kJulian, kDayOfYear };
    Kind kind = Kind::kMonth;
    int month = 1;
    int week = 1;  // 5 is the last
    int day = 0;   // of the week, or of the year
    std::int64_t seconds = 7200;
  };
  static std::optional<Date> parse_date(std::string_view& text);
  // The time as local seconds since 1970.
  static std::int64_t find_local(const Date& date, int year);

  std::int64_t standard_ = 0;
  std::optional<std::int64_t> summer_;
  Date start_;
  Date end_;
};

}  // namespace tidegate::cel
