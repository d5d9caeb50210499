#include "pipeline/text_expression.h"

#include <fmt/format.h>

#include <utility>

#include "pipeline/expression.h"

namespace tidegate::pipeline {
namespace {

using cel::Kind;
using cel::TypeKind;

bool can_be_text(TypeKind kind) {
  switch (kind) {
    case TypeKind::kString:
    case TypeKind::kBool:
    case TypeKind::kInt:
    case TypeKind::kUint:
    case TypeKind::kDouble:
    case TypeKind::kDyn:
      return true;
    default:
      return false;
  }
}

}  // namespace

Result<TextExpression> TextExpression::compile(std::string_view expression) {
  TIDEGATE_TRY(compiled, compile_expression(expression));
  if (!can_be_text(compiled->program.type().kind())) {
    return fail(ErrorCode::kInvalidConfig, Origin::kInternal, "1:1: is no text, number or boolean");
  }
  return TextExpression(std::move(compiled));
}

Result<std::string_view> TextExpression::evaluate(const Message& message, const Clock& clock,
                                                  Arena& arena) const {
  TIDEGATE_TRY(value, pipeline::evaluate(*expression_, message, clock, arena));
  switch (value.kind()) {
    case Kind::kString:
      return value.as_text();
    case Kind::kBool:
      return value.as_bool() ? "true" : "false";
    case Kind::kInt:
      return arena.copy(fmt::format("{}", value.as_int()));
    case Kind::kUint:
      return arena.copy(fmt::format("{}", value.as_uint()));
    case Kind::kDouble:
      return arena.copy(fmt::format("{}", value.as_double()));
    default:
      return fail(ErrorCode::kMalformed, Origin::kInternal, "is no text, number or boolean");
  }
}

bool TextExpression::uses_model() const { return expression_->uses_model(); }
bool TextExpression::uses_payload() const { return expression_->uses_payload(); }

std::string check_text_expression(std::string_view expression) {
  const auto compiled = TextExpression::compile(expression);
  return compiled ? std::string() : compiled.error().detail;
}

}  // namespace tidegate::pipeline
