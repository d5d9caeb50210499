// Optional values.
// Source: cel-spec, "Optionals"; cel-go's OptionalTypes library.
#include "cel/functions/library.h"
#include "cel/operators.h"

namespace tidegate::cel {
namespace {

using Arguments = std::span<const Value>;

bool is_zero(const Value& value) {
  switch (value.kind()) {
    case Kind::kNull:
      return true;
    case Kind::kBool:
      return !value.as_bool();
    case Kind::kInt:
      return value.as_int() == 0;
    case Kind::kUint:
      return value.as_uint() == 0;
    case Kind::kDouble:
      return value.as_double() == 0;
    case Kind::kString:
    case Kind::kBytes:
      return value.as_text().empty();
    case Kind::kList:
      return value.as_list().size() == 0;
    case Kind::kMap:
      return value.as_map().size() == 0;
    case Kind::kDuration:
      return value.as_time() == TimeParts{};
    case Kind::kOptional:
      return value.as_optional() == nullptr;
    default:
      return false;
  }
}

bool is_optional(Arguments arguments, std::size_t count) {
  return arguments.size() == count && arguments[0].is(Kind::kOptional);
}

Value none(CallContext& context, Arguments arguments) {
  return arguments.empty() ? Value::optional(nullptr) : context.no_overload();
}

Value of(CallContext& context, Arguments arguments) {
  return arguments.size() == 1 ? wrap_optional(context, arguments[0]) : context.no_overload();
}

Value of_non_zero(CallContext& context, Arguments arguments) {
  if (arguments.size() != 1) return context.no_overload();
  return is_zero(arguments[0]) ? Value::optional(nullptr) : wrap_optional(context, arguments[0]);
}

Value has_value(CallContext& context, Arguments arguments) {
  if (!is_optional(arguments, 1)) return context.no_overload();
  return Value::boolean(arguments[0].as_optional() != nullptr);
}

Value value_of(CallContext& context, Arguments arguments) {
  if (!is_optional(arguments, 1)) return context.no_overload();
  const Value* held = arguments[0].as_optional();
  return held != nullptr ? *held : context.fail("optional.none() dereference");
}

Value or_else(CallContext& context, Arguments arguments) {
  if (!is_optional(arguments, 2) || !arguments[1].is(Kind::kOptional)) return context.no_overload();
  return arguments[0].as_optional() != nullptr ? arguments[0] : arguments[1];
}

Value or_value(CallContext& context, Arguments arguments) {
  if (!is_optional(arguments, 2)) return context.no_overload();
  const Value* held = arguments[0].as_optional();
  return held != nullptr ? *held : arguments[1];
}

constexpr FunctionRow kRows[] = {
    {"optional.none", "() -> optional(A)", none},
    {"optional.of", "(A) -> optional(A)", of},
    {"optional.ofNonZeroValue", "(A) -> optional(A)", of_non_zero},
    {"hasValue", "optional(A).() -> bool", has_value},
    {"value", "optional(A).() -> A", value_of},
    {"or", "optional(A).(optional(A)) -> optional(A)", or_else},
    {"orValue", "optional(A).(A) -> A", or_value},
};

}  // namespace

std::span<const FunctionRow> optional_rows() { return kRows; }

}  // namespace tidegate::cel
