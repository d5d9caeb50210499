#include "pipeline/condition.h"

namespace tidegate::pipeline {

Result<Condition> Condition::compile(std::string_view expression) {
  TIDEGATE_TRY(compiled, Expression::compile(expression, Expression::Kind::kBool));
  return Condition(std::move(compiled));
}

Result<bool> Condition::holds(const Message& message, const Clock& clock, Arena& arena) const {
  auto held = expression_.as_bool(message, clock, arena);
  if (!held) return fail(held.error().code, held.error().origin, "when: " + held.error().detail);
  return *held;
}

std::string check_condition(std::string_view expression) {
  return check_expression(expression, Expression::Kind::kBool);
}

}  // namespace tidegate::pipeline
