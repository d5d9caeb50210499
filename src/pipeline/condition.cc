#include "pipeline/condition.h"

namespace tidegate::pipeline {

struct Condition::Program {};

Result<Condition> Condition::compile(std::string_view) {
  return fail(ErrorCode::kInvalidConfig, Origin::kInternal, "expressions are not supported yet");
}

Result<bool> Condition::holds(const Message&, const Clock&, Arena&) const { return true; }

bool Condition::uses_model() const { return false; }

std::string check_condition(std::string_view expression) {
  const auto compiled = Condition::compile(expression);
  return compiled ? std::string() : compiled.error().detail;
}

}  // namespace tidegate::pipeline
