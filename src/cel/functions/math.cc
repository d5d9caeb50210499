// The math extension.
// Source: cel-go ext, "Math".
#include <cmath>
#include <limits>

#include "cel/compare.h"
#include "cel/functions/library.h"

namespace tidegate::cel {
namespace {

using Arguments = std::span<const Value>;

// The best of all numbers, which are the arguments or the elements of the one list.
Value find_best(CallContext& context, Arguments arguments, bool greatest) {
  if (arguments.empty()) return context.no_overload();
  const bool is_list = arguments.size() == 1 && arguments[0].is(Kind::kList);
  const std::size_t size = is_list ? arguments[0].as_list().size() : arguments.size();
  if (size == 0) return context.fail("the list is empty");
  Value best;
  for (std::size_t i = 0; i < size; ++i) {
    context.charge(1);
    const Value number = is_list ? arguments[0].as_list().at(i, context.arena()) : arguments[i];
    if (number.is_bad()) return number;
    if (!number.is_number()) return context.no_overload();
    if (i == 0) {
      best = number;
      continue;
    }
    const auto ordered = order_numbers(number, best);
    if (greatest ? ordered > 0 : ordered < 0) best = number;
  }
  return best;
}

Value greatest(CallContext& context, Arguments arguments) {
  return find_best(context, arguments, /*greatest=*/true);
}

Value least(CallContext& context, Arguments arguments) {
  return find_best(context, arguments, /*greatest=*/false);
}

bool is_double(Arguments arguments) {
  return arguments.size() == 1 && arguments[0].is(Kind::kDouble);
}

template <double (*kCompute)(double)>
Value of_double(CallContext& context, Arguments arguments) {
  if (!is_double(arguments)) return context.no_overload();
  return Value::number(kCompute(arguments[0].as_double()));
}

double ceil_of(double number) { return std::ceil(number); }
double floor_of(double number) { return std::floor(number); }
double round_of(double number) { return std::round(number); }
double trunc_of(double number) { return std::trunc(number); }

template <bool (*kTest)(double)>
Value test_double(CallContext& context, Arguments arguments) {
  if (!is_double(arguments)) return context.no_overload();
  return Value::boolean(kTest(arguments[0].as_double()));
}

bool is_nan(double number) { return std::isnan(number); }
bool is_inf(double number) { return std::isinf(number); }
bool is_finite(double number) { return std::isfinite(number); }

Value square_root(CallContext& context, Arguments arguments) {
  if (arguments.size() != 1) return context.no_overload();
  const Value& value = arguments[0];
  if (value.is(Kind::kDouble)) return Value::number(std::sqrt(value.as_double()));
  if (value.is(Kind::kInt)) return Value::number(std::sqrt(static_cast<double>(value.as_int())));
  if (value.is(Kind::kUint)) return Value::number(std::sqrt(static_cast<double>(value.as_uint())));
  return context.no_overload();
}

Value absolute(CallContext& context, Arguments arguments) {
  if (arguments.size() != 1) return context.no_overload();
  const Value& value = arguments[0];
  if (value.is(Kind::kUint)) return value;
  if (value.is(Kind::kDouble)) return Value::number(std::abs(value.as_double()));
  if (!value.is(Kind::kInt)) return context.no_overload();
  if (value.as_int() == std::numeric_limits<std::int64_t>::min()) {
    return context.fail("integer overflow");
  }
  return Value::integer(std::abs(value.as_int()));
}

Value sign(CallContext& context, Arguments arguments) {
  if (arguments.size() != 1) return context.no_overload();
  const Value& value = arguments[0];
  if (value.is(Kind::kUint)) return Value::unsigned_integer(value.as_uint() > 0 ? 1 : 0);
  if (value.is(Kind::kInt)) {
    return Value::integer(value.as_int() > 0 ? 1 : value.as_int() < 0 ? -1 : 0);
  }
  if (!value.is(Kind::kDouble)) return context.no_overload();
  const double number = value.as_double();
  if (number > 0) return Value::number(1);
  return number < 0 ? Value::number(-1) : value;
}

// A bitwise operation on two ints or two uints.
template <class Compute>
Value bitwise(CallContext& context, Arguments arguments, Compute compute) {
  if (arguments.size() != 2 || arguments[0].kind() != arguments[1].kind()) {
    return context.no_overload();
  }
  if (arguments[0].is(Kind::kUint)) {
    return Value::unsigned_integer(compute(arguments[0].as_uint(), arguments[1].as_uint()));
  }
  if (!arguments[0].is(Kind::kInt)) return context.no_overload();
  return Value::integer(compute(arguments[0].as_int(), arguments[1].as_int()));
}

Value bit_and(CallContext& context, Arguments arguments) {
  return bitwise(context, arguments, [](auto left, auto right) { return left & right; });
}
Value bit_or(CallContext& context, Arguments arguments) {
  return bitwise(context, arguments, [](auto left, auto right) { return left | right; });
}
Value bit_xor(CallContext& context, Arguments arguments) {
  return bitwise(context, arguments, [](auto left, auto right) { return left ^ right; });
}

Value bit_not(CallContext& context, Arguments arguments) {
  if (arguments.size() != 1) return context.no_overload();
  if (arguments[0].is(Kind::kInt)) return Value::integer(~arguments[0].as_int());
  if (arguments[0].is(Kind::kUint)) return Value::unsigned_integer(~arguments[0].as_uint());
  return context.no_overload();
}

// Shifts are of bits without sign; 64 places or more leave nothing.
Value shift(CallContext& context, Arguments arguments, bool left) {
  const bool fits = arguments.size() == 2 && arguments[1].is(Kind::kInt) &&
                    (arguments[0].is(Kind::kInt) || arguments[0].is(Kind::kUint));
  if (!fits) return context.no_overload();
  const std::int64_t places = arguments[1].as_int();
  if (places < 0) return context.fail("negative offset");
  const bool is_int = arguments[0].is(Kind::kInt);
  const std::uint64_t bits =
      is_int ? static_cast<std::uint64_t>(arguments[0].as_int()) : arguments[0].as_uint();
  const std::uint64_t shifted = places > 63 ? 0 : left ? bits << places : bits >> places;
  return is_int ? Value::integer(static_cast<std::int64_t>(shifted))
                : Value::unsigned_integer(shifted);
}

Value shift_left(CallContext& context, Arguments arguments) {
  return shift(context, arguments, /*left=*/true);
}
Value shift_right(CallContext& context, Arguments arguments) {
  return shift(context, arguments, /*left=*/false);
}

// One kind gives that kind, several give what only the evaluation knows.
constexpr std::string_view kBest =
    "(int...) -> int; (uint...) -> uint; (double...) -> double; (list(int)) -> int;"
    "(list(uint)) -> uint; (list(double)) -> double; (list(dyn)) -> dyn; else (@number...) -> dyn";
constexpr std::string_view kDouble = "(double) -> double";
constexpr std::string_view kTest = "(double) -> bool";
constexpr std::string_view kBits = "(int, int) -> int; (uint, uint) -> uint";
constexpr std::string_view kShift = "(int, int) -> int; (uint, int) -> uint";
constexpr std::string_view kSame = "(int) -> int; (uint) -> uint; (double) -> double";

constexpr FunctionRow kRows[] = {
    {"math.greatest", kBest, greatest},
    {"math.least", kBest, least},
    {"math.ceil", kDouble, of_double<ceil_of>},
    {"math.floor", kDouble, of_double<floor_of>},
    {"math.round", kDouble, of_double<round_of>},
    {"math.trunc", kDouble, of_double<trunc_of>},
    {"math.sqrt", "(double) -> double; (int) -> double; (uint) -> double", square_root},
    {"math.abs", kSame, absolute},
    {"math.sign", kSame, sign},
    {"math.isNaN", kTest, test_double<is_nan>},
    {"math.isInf", kTest, test_double<is_inf>},
    {"math.isFinite", kTest, test_double<is_finite>},
    {"math.bitAnd", kBits, bit_and},
    {"math.bitOr", kBits, bit_or},
    {"math.bitXor", kBits, bit_xor},
    {"math.bitNot", "(int) -> int; (uint) -> uint", bit_not},
    {"math.bitShiftLeft", kShift, shift_left},
    {"math.bitShiftRight", kShift, shift_right},
};

}  // namespace

std::span<const FunctionRow> math_rows() { return kRows; }

}  // namespace tidegate::cel
