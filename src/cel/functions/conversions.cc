// Conversions between types, and type() itself.
#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "cel/functions/format.h"
#include "cel/functions/library.h"
#include "cel/functions/network.h"
#include "cel/time_value.h"
#include "cel/utf8.h"

namespace tidegate::cel {
namespace {

using Arguments = std::span<const Value>;

constexpr double kTwoTo63 = 9223372036854775808.0;
constexpr double kTwoTo64 = 18446744073709551616.0;

template <class Number>
std::optional<Number> parse_whole(std::string_view text) {
  if (text.starts_with('+') && text.substr(1, 1) != "-") text.remove_prefix(1);
  Number number{};
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc{} || read.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

Value to_int(CallContext& context, Arguments arguments) {
  if (arguments.size() != 1) return context.no_overload();
  const Value& value = arguments[0];
  switch (value.kind()) {
    case Kind::kInt:
      return value;
    case Kind::kUint:
      if (value.as_uint() > INT64_MAX) return context.fail("integer overflow");
      return Value::integer(static_cast<std::int64_t>(value.as_uint()));
    case Kind::kDouble:
      // The bounds themselves are left out, as the specification's cases have it.
      if (!(value.as_double() > -kTwoTo63 && value.as_double() < kTwoTo63)) {
        return context.fail("integer overflow");
      }
      return Value::integer(static_cast<std::int64_t>(value.as_double()));
    case Kind::kString:
      if (const auto number = parse_whole<std::int64_t>(value.as_text())) {
        return Value::integer(*number);
      }
      return context.fail("cannot convert the string to int");
    case Kind::kTimestamp:
      return Value::integer(value.as_time().seconds);
    default:
      return context.no_overload();
  }
}

Value to_uint(CallContext& context, Arguments arguments) {
  if (arguments.size() != 1) return context.no_overload();
  const Value& value = arguments[0];
  switch (value.kind()) {
    case Kind::kUint:
      return value;
    case Kind::kInt:
      if (value.as_int() < 0) return context.fail("unsigned integer overflow");
      return Value::unsigned_integer(static_cast<std::uint64_t>(value.as_int()));
    case Kind::kDouble:
      if (!(value.as_double() >= 0 && value.as_double() < kTwoTo64)) {
        return context.fail("unsigned integer overflow");
      }
      return Value::unsigned_integer(static_cast<std::uint64_t>(value.as_double()));
    case Kind::kString:
      if (const auto number = parse_whole<std::uint64_t>(value.as_text())) {
        return Value::unsigned_integer(*number);
      }
      return context.fail("cannot convert the string to uint");
    default:
      return context.no_overload();
  }
}

std::optional<double> parse_double(std::string_view text) {
  if (text.starts_with('+') && text.substr(1, 1) != "-") text.remove_prefix(1);
  double number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = read.ptr == text.data() + text.size();
  if (!whole || read.ec == std::errc::invalid_argument) return std::nullopt;
  // Too small a number is zero; from_chars() does not tell it from one too large.
  if (read.ec == std::errc::result_out_of_range) {
    number = std::strtod(std::string(text).c_str(), nullptr);
    if (std::isinf(number)) return std::nullopt;
  }
  return number;
}

Value to_double(CallContext& context, Arguments arguments) {
  if (arguments.size() != 1) return context.no_overload();
  const Value& value = arguments[0];
  switch (value.kind()) {
    case Kind::kDouble:
      return value;
    case Kind::kInt:
      return Value::number(static_cast<double>(value.as_int()));
    case Kind::kUint:
      return Value::number(static_cast<double>(value.as_uint()));
    case Kind::kString:
      if (const auto number = parse_double(value.as_text())) return Value::number(*number);
      return context.fail("cannot convert the string to double");
    default:
      return context.no_overload();
  }
}

Value made_string(const CallContext& context, std::string_view text) {
  return Value::string(context.arena().copy(text));
}

Value to_string_value(CallContext& context, Arguments arguments) {
  if (arguments.size() != 1) return context.no_overload();
  const Value& value = arguments[0];
  switch (value.kind()) {
    case Kind::kString:
      return value;
    case Kind::kInt:
      return made_string(context, fmt::format("{}", value.as_int()));
    case Kind::kUint:
      return made_string(context, fmt::format("{}", value.as_uint()));
    case Kind::kDouble:
      return made_string(context, format_double(value.as_double()));
    case Kind::kBool:
      return Value::string(value.as_bool() ? "true" : "false");
    case Kind::kBytes:
      context.charge_bytes(value.as_text().size());
      if (!is_valid_utf8(value.as_text())) return context.fail("the bytes are not UTF-8");
      return Value::string(value.as_text());
    case Kind::kTimestamp:
      return made_string(context, format_timestamp(value.as_time()));
    case Kind::kDuration:
      return made_string(context, format_duration(value.as_time()));
    case Kind::kOpaque:
      if (const auto text = format_network(value.as_opaque())) return made_string(context, *text);
      return context.no_overload();
    default:
      return context.no_overload();
  }
}

Value to_bytes(CallContext& context, Arguments arguments) {
  if (arguments.size() != 1) return context.no_overload();
  if (arguments[0].is(Kind::kBytes)) return arguments[0];
  if (!arguments[0].is(Kind::kString)) return context.no_overload();
  return Value::bytes(arguments[0].as_text());
}

Value to_bool(CallContext& context, Arguments arguments) {
  if (arguments.size() != 1) return context.no_overload();
  if (arguments[0].is(Kind::kBool)) return arguments[0];
  if (!arguments[0].is(Kind::kString)) return context.no_overload();
  for (const std::string_view text : {"true", "True", "TRUE", "t", "1"}) {
    if (arguments[0].as_text() == text) return Value::boolean(true);
  }
  for (const std::string_view text : {"false", "False", "FALSE", "f", "0"}) {
    if (arguments[0].as_text() == text) return Value::boolean(false);
  }
  return context.fail("Type conversion error: the string is no bool");
}

Value to_dyn(CallContext& context, Arguments arguments) {
  return arguments.size() == 1 ? arguments[0] : context.no_overload();
}

Value type_of(CallContext& context, Arguments arguments) {
  return arguments.size() == 1 ? Value::type(type_name(arguments[0])) : context.no_overload();
}

constexpr FunctionRow kRows[] = {
    {"int", "(int) -> int; (uint) -> int; (double) -> int; (string) -> int; (timestamp) -> int",
     to_int},
    {"uint", "(uint) -> uint; (int) -> uint; (double) -> uint; (string) -> uint", to_uint},
    {"double", "(double) -> double; (int) -> double; (uint) -> double; (string) -> double",
     to_double},
    {"string",
     "(string) -> string; (int) -> string; (uint) -> string; (double) -> string;"
     "(bool) -> string; (bytes) -> string; (timestamp) -> string; (duration) -> string;"
     "(net.IP) -> string; (net.CIDR) -> string",
     to_string_value},
    {"bytes", "(bytes) -> bytes; (string) -> bytes", to_bytes},
    {"bool", "(bool) -> bool; (string) -> bool", to_bool},
    {"dyn", "(A) -> dyn", to_dyn},
    {"type", "(A) -> type(A)", type_of},
};

}  // namespace

std::span<const FunctionRow> conversion_rows() { return kRows; }

}  // namespace tidegate::cel
