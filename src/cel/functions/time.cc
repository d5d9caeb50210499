// Timestamps and durations: making them, and reading them as a calendar has them.
#include <limits>

#include "cel/functions/library.h"
#include "cel/time_value.h"
#include "cel/zones.h"

namespace tidegate::cel {
namespace {

using Arguments = std::span<const Value>;

Value to_timestamp(CallContext& context, Arguments arguments) {
  if (arguments.size() != 1) return context.no_overload();
  const Value& value = arguments[0];
  if (value.is(Kind::kTimestamp)) return value;
  if (value.is(Kind::kInt)) {
    const TimeParts parts{value.as_int(), 0};
    return is_timestamp(parts) ? Value::timestamp(parts) : context.fail("timestamp out of range");
  }
  if (!value.is(Kind::kString)) return context.no_overload();
  if (const auto parts = parse_timestamp(value.as_text())) return Value::timestamp(*parts);
  return context.fail("no timestamp of RFC 3339, or out of range");
}

Value to_duration(CallContext& context, Arguments arguments) {
  if (arguments.size() != 1) return context.no_overload();
  const Value& value = arguments[0];
  if (value.is(Kind::kDuration)) return value;
  if (value.is(Kind::kInt)) {
    const TimeParts parts{value.as_int(), 0};
    return is_duration(parts) ? Value::duration(parts) : context.fail("duration out of range");
  }
  if (!value.is(Kind::kString)) return context.no_overload();
  if (const auto parts = parse_duration(value.as_text())) return Value::duration(*parts);
  return context.fail("no duration such as 1h30m, or out of range");
}

// Seconds east of UTC that the zone has at that time.
std::optional<std::int64_t> find_offset(const CallContext& context, std::string_view zone,
                                        std::int64_t seconds) {
  if (zone == "UTC" || zone == "GMT" || zone == "Z" || zone.empty()) return 0;
  if (const auto offset = parse_offset(zone)) return offset;
  if (context.zones() == nullptr) return std::nullopt;
  return context.zones()->find_offset(zone, seconds);
}

// A field of a timestamp, in UTC or in the zone of the second argument.
template <class Read>
Value read_civil(CallContext& context, Arguments arguments, Read read) {
  if (arguments.empty() || arguments.size() > 2 || !arguments[0].is(Kind::kTimestamp)) {
    return context.no_overload();
  }
  std::int64_t seconds = arguments[0].as_time().seconds;
  if (arguments.size() == 2) {
    if (!arguments[1].is(Kind::kString)) return context.no_overload();
    const auto offset = find_offset(context, arguments[1].as_text(), seconds);
    if (!offset) return context.fail("no such time zone");
    seconds += *offset;
  }
  return Value::integer(read(to_civil(seconds)));
}

Value full_year(CallContext& context, Arguments arguments) {
  return read_civil(context, arguments, [](const CivilTime& time) { return time.year; });
}
Value month(CallContext& context, Arguments arguments) {
  return read_civil(context, arguments, [](const CivilTime& time) { return time.month; });
}
Value date(CallContext& context, Arguments arguments) {
  return read_civil(context, arguments,
                    [](const CivilTime& time) { return time.day_of_month + 1; });
}
Value day_of_month(CallContext& context, Arguments arguments) {
  return read_civil(context, arguments, [](const CivilTime& time) { return time.day_of_month; });
}
Value day_of_week(CallContext& context, Arguments arguments) {
  return read_civil(context, arguments, [](const CivilTime& time) { return time.day_of_week; });
}
Value day_of_year(CallContext& context, Arguments arguments) {
  return read_civil(context, arguments, [](const CivilTime& time) { return time.day_of_year; });
}

// Of a duration these are the whole of it in that unit.
bool is_lone_duration(Arguments arguments) {
  return arguments.size() == 1 && arguments[0].is(Kind::kDuration);
}

Value hours(CallContext& context, Arguments arguments) {
  if (is_lone_duration(arguments)) return Value::integer(arguments[0].as_time().seconds / 3600);
  return read_civil(context, arguments, [](const CivilTime& time) { return time.hours; });
}
Value minutes(CallContext& context, Arguments arguments) {
  if (is_lone_duration(arguments)) return Value::integer(arguments[0].as_time().seconds / 60);
  return read_civil(context, arguments, [](const CivilTime& time) { return time.minutes; });
}
Value seconds(CallContext& context, Arguments arguments) {
  if (is_lone_duration(arguments)) return Value::integer(arguments[0].as_time().seconds);
  return read_civil(context, arguments, [](const CivilTime& time) { return time.seconds; });
}
Value milliseconds(CallContext& context, Arguments arguments) {
  if (arguments.empty()) return context.no_overload();
  const std::int64_t millis = arguments[0].as_time().nanos / 1'000'000;
  if (is_lone_duration(arguments)) return Value::integer(millis);
  return read_civil(context, arguments, [millis](const CivilTime&) { return millis; });
}

constexpr std::string_view kOfTimestamp = "timestamp.() -> int; timestamp.(string) -> int";
constexpr std::string_view kOfBoth =
    "timestamp.() -> int; timestamp.(string) -> int; duration.() -> int";

constexpr FunctionRow kRows[] = {
    {"timestamp", "(timestamp) -> timestamp; (int) -> timestamp; (string) -> timestamp",
     to_timestamp},
    {"duration", "(duration) -> duration; (int) -> duration; (string) -> duration", to_duration},
    {"getFullYear", kOfTimestamp, full_year},
    {"getMonth", kOfTimestamp, month},
    {"getDate", kOfTimestamp, date},
    {"getDayOfMonth", kOfTimestamp, day_of_month},
    {"getDayOfWeek", kOfTimestamp, day_of_week},
    {"getDayOfYear", kOfTimestamp, day_of_year},
    {"getHours", kOfBoth, hours},
    {"getMinutes", kOfBoth, minutes},
    {"getSeconds", kOfBoth, seconds},
    {"getMilliseconds", kOfBoth, milliseconds},
};

}  // namespace

std::span<const FunctionRow> time_rows() { return kRows; }

}  // namespace tidegate::cel
