#include "cel/program.h"

#include <fmt/format.h>

#include <utility>

#include "cel/checker.h"
#include "cel/code.h"
#include "cel/cost.h"
#include "cel/emitter.h"
#include "cel/machine.h"
#include "cel/parser.h"
#include "cel/resolver.h"

namespace tidegate::cel {

Program::Program(std::unique_ptr<const Code> code) : code_(std::move(code)) {}
Program::Program(Program&&) noexcept = default;
Program& Program::operator=(Program&&) noexcept = default;
Program::~Program() = default;

std::expected<Value, EvaluationError> Program::evaluate(const Activation& activation, Arena& arena,
                                                        const EvaluationLimits& limits,
                                                        const Zones* zones) const {
  const Value value = run(*code_, activation, arena, limits, zones);
  if (!value.is(Kind::kError)) return value;
  return std::unexpected(EvaluationError{value.error_message(), value.error_offset()});
}

const Type& Program::type() const { return code_->type; }
std::span<const VariableId> Program::variables() const { return code_->variables; }
std::uint64_t Program::cost_bound() const { return code_->cost_bound; }
std::string_view Program::source() const { return code_->source; }

std::string Program::explain(const EvaluationError& error) const {
  return CompileError(std::string(error.message), source(), error.offset).to_string();
}

std::expected<Program, CompileError> compile(std::string_view source,
                                             const Environment& environment,
                                             const CompileOptions& options) {
  Arena arena;
  const auto root = parse(source, options.limits, arena, options.blocks);
  if (!root) return std::unexpected(root.error());
  const auto undeclared = options.check_types ? Undeclared::kRefuse : Undeclared::kEvaluate;
  const auto slots = resolve(**root, source, environment, undeclared, arena);
  if (!slots) return std::unexpected(slots.error());
  auto code = std::make_unique<Code>();
  if (options.check_types) {
    auto type = check_types(**root, source, environment);
    if (!type) return std::unexpected(std::move(type).error());
    code->type = *std::move(type);
  }
  code->source = code->arena.copy(source);
  code->slots = *slots;
  code->cost_bound = estimate_cost(**root, environment);
  if (auto emitted = emit(**root, *code); !emitted) {
    return std::unexpected(std::move(emitted).error());
  }
  return Program(std::move(code));
}

}  // namespace tidegate::cel
