#include "pipeline/expression.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "cel/program.h"
#include "pipeline/expression_names.h"
#include "pipeline/named_zones.h"

namespace tidegate::pipeline {
namespace {

using cel::TypeKind;
using cel::Value;

bool is_of_call(cel::VariableId variable) {
  const auto name = static_cast<Name>(variable);
  return name == Name::kModel || name == Name::kStream;
}

bool fits(TypeKind type, Expression::Kind kind) {
  if (type == TypeKind::kDyn || type == TypeKind::kBool) return true;
  return kind == Expression::Kind::kText && (type == TypeKind::kString || type == TypeKind::kInt ||
                                             type == TypeKind::kUint || type == TypeKind::kDouble);
}

constexpr std::string_view what_it_must_be(Expression::Kind kind) {
  return kind == Expression::Kind::kBool ? "is not true or false"
                                         : "is no text, number, true or false";
}

std::unexpected<Error> undecided(std::string_view why) {
  return fail(ErrorCode::kMalformed, Origin::kInternal, std::string(why));
}

}  // namespace

struct Expression::Program {
  Program(cel::Program p, NamedZones z) : cel(std::move(p)), zones(std::move(z)) {}

  // Returns a value to compute with.
  Result<Value> evaluate(const Message& message, const Clock& clock, Arena& arena) const {
    const MessageActivation activation(message, clock);
    const auto value = cel.evaluate(activation, arena, {}, &zones);
    if (!value) return undecided(cel.explain(value.error()));
    if (value->is(cel::Kind::kUnknown)) {
      return undecided(fmt::format("{} is not known in this phase", activation.unknown()));
    }
    return *value;
  }

  cel::Program cel;
  NamedZones zones;
};

Result<Expression> Expression::compile(std::string_view expression, Kind kind) {
  const auto wrong = [](std::string detail) {
    return fail(ErrorCode::kInvalidConfig, Origin::kInternal, std::move(detail));
  };
  auto program = cel::compile(expression, expression_environment());
  if (!program) {
    const cel::CompileError& error = program.error();
    return wrong(
        fmt::format("{}:{}: {}", error.position.line, error.position.column, error.message));
  }
  if (!fits(program->type().kind(), kind)) {
    return wrong(fmt::format("1:1: {}", what_it_must_be(kind)));
  }
  auto zones = NamedZones::load_for(expression);
  if (!zones) return std::unexpected(std::move(zones).error());
  return Expression(std::make_shared<const Program>(std::move(*program), std::move(*zones)));
}

Result<bool> Expression::as_bool(const Message& message, const Clock& clock, Arena& arena) const {
  TIDEGATE_TRY(value, program_->evaluate(message, clock, arena));
  if (!value.is(cel::Kind::kBool)) return undecided(what_it_must_be(Kind::kBool));
  return value.as_bool();
}

Result<std::string_view> Expression::as_text(const Message& message, const Clock& clock,
                                             Arena& arena) const {
  TIDEGATE_TRY(value, program_->evaluate(message, clock, arena));
  switch (value.kind()) {
    case cel::Kind::kString:
      return value.as_text();
    case cel::Kind::kBool:
      return value.as_bool() ? "true" : "false";
    case cel::Kind::kInt:
      return arena.copy(fmt::format("{}", value.as_int()));
    case cel::Kind::kUint:
      return arena.copy(fmt::format("{}", value.as_uint()));
    case cel::Kind::kDouble:
      return arena.copy(fmt::format("{}", value.as_double()));
    default:
      return undecided(what_it_must_be(Kind::kText));
  }
}

bool Expression::uses_model() const {
  return std::ranges::any_of(program_->cel.variables(), is_of_call);
}

bool Expression::uses_payload() const {
  return std::ranges::any_of(program_->cel.variables(), [](cel::VariableId variable) {
    const auto name = static_cast<Name>(variable);
    return is_of_call(variable) || name == Name::kPayload || name == Name::kTool;
  });
}

std::string check_expression(std::string_view expression, Expression::Kind kind) {
  const auto compiled = Expression::compile(expression, kind);
  return compiled ? std::string() : compiled.error().detail;
}

}  // namespace tidegate::pipeline
