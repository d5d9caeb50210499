#include "pipeline/condition.h"

#include <utility>

#include "pipeline/expression.h"

namespace tidegate::pipeline {

using cel::TypeKind;

Result<Condition> Condition::compile(std::string_view expression) {
  TIDEGATE_TRY(compiled, compile_expression(expression));
  const TypeKind kind = compiled->program.type().kind();
  if (kind != TypeKind::kBool && kind != TypeKind::kDyn) {
    return fail(ErrorCode::kInvalidConfig, Origin::kInternal, "1:1: is not true or false");
  }
  return Condition(std::move(compiled));
}

Result<bool> Condition::holds(const Message& message, const Clock& clock, Arena& arena) const {
  auto value = evaluate(*expression_, message, clock, arena);
  if (!value) {
    value.error().detail.insert(0, "when: ");
    return std::unexpected(std::move(value).error());
  }
  if (!value->is(cel::Kind::kBool)) {
    return fail(ErrorCode::kMalformed, Origin::kInternal, "when: is not true or false");
  }
  return value->as_bool();
}

bool Condition::uses_model() const { return expression_->uses_model(); }

std::string check_condition(std::string_view expression) {
  const auto compiled = Condition::compile(expression);
  return compiled ? std::string() : compiled.error().detail;
}

}  // namespace tidegate::pipeline
