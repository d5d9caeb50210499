#include <cmath>
#include <limits>

#include "cel/collections.h"
#include "cel/operators.h"
#include "cel/time_value.h"

namespace tidegate::cel {
namespace {

constexpr std::int64_t kLeastInt = std::numeric_limits<std::int64_t>::min();

Value overflow(const CallContext& context) { return context.fail("integer overflow"); }

// The lists one after the other, without copying their elements one level deeper each time.
Value concatenate_lists(CallContext& context, const List& left, const List& right) {
  const std::size_t left_size = left.size();
  const std::size_t size = left_size + right.size();
  context.charge(size);
  if (context.over_budget()) return Value();
  auto* values = context.arena().allocate_array<Value>(size);
  for (std::size_t i = 0; i < size; ++i) {
    values[i] =
        i < left_size ? left.at(i, context.arena()) : right.at(i - left_size, context.arena());
  }
  return Value::list(context.arena().make<ArrayList>(std::span<const Value>(values, size)));
}

std::string_view concatenate_text(CallContext& context, const Value& left, const Value& right) {
  context.charge_bytes(left.as_text().size() + right.as_text().size());
  if (context.over_budget()) return {};
  return context.arena().concat({left.as_text(), right.as_text()});
}

Value timestamp_or_error(const CallContext& context, TimeParts parts) {
  return is_timestamp(parts) ? Value::timestamp(parts) : context.fail("timestamp out of range");
}

Value duration_or_error(const CallContext& context, TimeParts parts) {
  return is_duration(parts) ? Value::duration(parts) : context.fail("duration out of range");
}

Value add_times(CallContext& context, const Value& left, const Value& right) {
  const bool left_is_time = left.is(Kind::kTimestamp);
  const bool right_is_time = right.is(Kind::kTimestamp);
  if (!(left_is_time || left.is(Kind::kDuration)) ||
      !(right_is_time || right.is(Kind::kDuration)) || (left_is_time && right_is_time)) {
    return context.no_overload();
  }
  if (left_is_time || right_is_time) {
    const auto& time = left_is_time ? left : right;
    const auto& span = left_is_time ? right : left;
    return timestamp_or_error(context, shift_timestamp(time.as_time(), span.as_time()));
  }
  return duration_or_error(context, add_durations(left.as_time(), right.as_time()));
}

Value subtract_times(CallContext& context, const Value& left, const Value& right) {
  const auto negated = negate_duration(right.as_time());
  if (left.is(Kind::kTimestamp) && right.is(Kind::kTimestamp)) {
    return duration_or_error(context, subtract_timestamps(left.as_time(), right.as_time()));
  }
  if (left.is(Kind::kTimestamp) && right.is(Kind::kDuration)) {
    return timestamp_or_error(context, shift_timestamp(left.as_time(), negated));
  }
  if (left.is(Kind::kDuration) && right.is(Kind::kDuration)) {
    return duration_or_error(context, add_durations(left.as_time(), negated));
  }
  return context.no_overload();
}

}  // namespace

Value add(CallContext& context, const Value& left, const Value& right) {
  if (left.kind() != right.kind()) return add_times(context, left, right);
  switch (left.kind()) {
    case Kind::kInt: {
      std::int64_t sum = 0;
      if (__builtin_add_overflow(left.as_int(), right.as_int(), &sum)) return overflow(context);
      return Value::integer(sum);
    }
    case Kind::kUint: {
      std::uint64_t sum = 0;
      if (__builtin_add_overflow(left.as_uint(), right.as_uint(), &sum)) return overflow(context);
      return Value::unsigned_integer(sum);
    }
    case Kind::kDouble:
      return Value::number(left.as_double() + right.as_double());
    case Kind::kString:
      return Value::string(concatenate_text(context, left, right));
    case Kind::kBytes:
      return Value::bytes(concatenate_text(context, left, right));
    case Kind::kList:
      return concatenate_lists(context, left.as_list(), right.as_list());
    default:
      return add_times(context, left, right);
  }
}

Value subtract(CallContext& context, const Value& left, const Value& right) {
  if (left.kind() != right.kind()) return subtract_times(context, left, right);
  switch (left.kind()) {
    case Kind::kInt: {
      std::int64_t difference = 0;
      if (__builtin_sub_overflow(left.as_int(), right.as_int(), &difference)) {
        return overflow(context);
      }
      return Value::integer(difference);
    }
    case Kind::kUint: {
      std::uint64_t difference = 0;
      if (__builtin_sub_overflow(left.as_uint(), right.as_uint(), &difference)) {
        return overflow(context);
      }
      return Value::unsigned_integer(difference);
    }
    case Kind::kDouble:
      return Value::number(left.as_double() - right.as_double());
    default:
      return subtract_times(context, left, right);
  }
}

Value multiply(CallContext& context, const Value& left, const Value& right) {
  if (left.kind() != right.kind()) return context.no_overload();
  switch (left.kind()) {
    case Kind::kInt: {
      std::int64_t product = 0;
      if (__builtin_mul_overflow(left.as_int(), right.as_int(), &product)) return overflow(context);
      return Value::integer(product);
    }
    case Kind::kUint: {
      std::uint64_t product = 0;
      if (__builtin_mul_overflow(left.as_uint(), right.as_uint(), &product)) {
        return overflow(context);
      }
      return Value::unsigned_integer(product);
    }
    case Kind::kDouble:
      return Value::number(left.as_double() * right.as_double());
    default:
      return context.no_overload();
  }
}

Value divide(CallContext& context, const Value& left, const Value& right) {
  if (left.kind() != right.kind()) return context.no_overload();
  switch (left.kind()) {
    case Kind::kInt:
      if (right.as_int() == 0) return context.fail("division by zero");
      if (left.as_int() == kLeastInt && right.as_int() == -1) return overflow(context);
      return Value::integer(left.as_int() / right.as_int());
    case Kind::kUint:
      if (right.as_uint() == 0) return context.fail("division by zero");
      return Value::unsigned_integer(left.as_uint() / right.as_uint());
    case Kind::kDouble: {
      // As IEEE 754 has it, spelled out: a division by zero is undefined in C++.
      const double over = left.as_double();
      const double under = right.as_double();
      if (under != 0) return Value::number(over / under);
      if (over == 0 || std::isnan(over)) {
        return Value::number(std::numeric_limits<double>::quiet_NaN());
      }
      const double infinity = std::numeric_limits<double>::infinity();
      return Value::number(std::signbit(over) == std::signbit(under) ? infinity : -infinity);
    }
    default:
      return context.no_overload();
  }
}

Value modulo(CallContext& context, const Value& left, const Value& right) {
  if (left.kind() != right.kind()) return context.no_overload();
  if (left.is(Kind::kInt)) {
    if (right.as_int() == 0) return context.fail("modulus by zero");
    if (left.as_int() == kLeastInt && right.as_int() == -1) return overflow(context);
    return Value::integer(left.as_int() % right.as_int());
  }
  if (!left.is(Kind::kUint)) return context.no_overload();
  if (right.as_uint() == 0) return context.fail("modulus by zero");
  return Value::unsigned_integer(left.as_uint() % right.as_uint());
}

Value negate(CallContext& context, const Value& operand) {
  if (operand.is(Kind::kDouble)) return Value::number(-operand.as_double());
  if (!operand.is(Kind::kInt)) return context.no_overload();
  if (operand.as_int() == kLeastInt) return overflow(context);
  return Value::integer(-operand.as_int());
}

}  // namespace tidegate::cel
