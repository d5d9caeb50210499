// Arithmetic, text and calendar of timestamps and durations.
// Source: CEL language definition, "Timestamps" and "Durations"; protobuf's JSON mapping of both
// (RFC 3339, "1.5s"); Go's time.ParseDuration for what duration() reads.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cel/value.h"

namespace tidegate::cel {

// 0001-01-01T00:00:00Z up to 9999-12-31T23:59:59.999999999Z.
bool is_timestamp(TimeParts parts);
// Up to 315,576,000,000 s and less than one more second either way.
bool is_duration(TimeParts parts);

// Results may be out of range; both operands are in range, so none of this overflows.
TimeParts shift_timestamp(TimeParts time, TimeParts duration);
TimeParts subtract_timestamps(TimeParts left, TimeParts right);
TimeParts add_durations(TimeParts left, TimeParts right);
TimeParts negate_duration(TimeParts duration);

// RFC 3339. Nothing when the text is none or out of range.
std::optional<TimeParts> parse_timestamp(std::string_view text);
std::string format_timestamp(TimeParts time);

// "1h30m", "-1.5s", "100ms". Nothing when the text is none or out of range.
std::optional<TimeParts> parse_duration(std::string_view text);
// "5400s", "-1.5s": as many digits as needed.
std::string format_duration(TimeParts duration);

// A timestamp as a calendar has it.
struct CivilTime {
  std::int64_t year = 1970;
  int month = 0;         // from 0
  int day_of_month = 0;  // from 0
  int day_of_week = 0;   // from 0, Sunday
  int day_of_year = 0;   // from 0
  int hours = 0;
  int minutes = 0;
  int seconds = 0;
};
CivilTime to_civil(std::int64_t seconds);

// "+02:00", "-02:30", "02:00": seconds east of UTC.
std::optional<std::int64_t> parse_offset(std::string_view text);

}  // namespace tidegate::cel
