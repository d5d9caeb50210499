// What the operators compute. Operands are neither errors nor unknown; where types were not
// checked they may be of any kind, and the result is "no such overload".
// Source: CEL language definition, "Overflow", "Numeric Values", "Field Selection".
#pragma once

#include "cel/function.h"
#include "cel/value.h"

namespace tidegate::cel {

Value add(CallContext& context, const Value& left, const Value& right);
Value subtract(CallContext& context, const Value& left, const Value& right);
Value multiply(CallContext& context, const Value& left, const Value& right);
Value divide(CallContext& context, const Value& left, const Value& right);
Value modulo(CallContext& context, const Value& left, const Value& right);
Value negate(CallContext& context, const Value& operand);

// target[key]; of an optional target, and when `optional`, an optional.
Value index(CallContext& context, const Value& target, const Value& key, bool optional);
// target.field; `missing` is the error when a map has none.
Value select(CallContext& context, const Value& target, const Value& field, const Value& missing,
             bool optional);
// has(target.field)
Value has(CallContext& context, const Value& target, const Value& field);
// value in range
Value in(CallContext& context, const Value& value, const Value& range);

// An optional that holds a copy of the value.
Value wrap_optional(CallContext& context, const Value& value);

}  // namespace tidegate::cel
