// compile() and what it makes: the whole of CEL that a host needs, with Environment, Activation and
// Value.
//
//   Environment environment;
//   const VariableId model = environment.add_variable("model", Type(TypeKind::kString));
//   auto program = compile(R"(model.startsWith("gpt-"))", environment);
//   if (!program) log(program.error().to_string());
//   Arena arena;
//   auto value = program->evaluate(activation, arena);
//
// Source: CEL language definition (cel-spec, 2025).
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/arena.h"
#include "cel/activation.h"
#include "cel/compile_error.h"
#include "cel/environment.h"
#include "cel/limits.h"
#include "cel/type.h"
#include "cel/value.h"

namespace tidegate::cel {

class Zones;
struct Code;

// Why an evaluation has no value: "no such key: x", "division by zero", "over the cost limit".
struct EvaluationError {
  std::string_view message;  // lives as long as the program and the arena
  std::uint32_t offset = 0;  // of the source
};

// An immutable compiled expression.
// Thread: evaluate() from any thread at once; destroy anywhere.
class Program {
 public:
  explicit Program(std::unique_ptr<const Code> code);
  Program(Program&&) noexcept;
  Program& operator=(Program&&) noexcept;
  ~Program();

  // Computes the value. It may be Kind::kUnknown when the activation says so, never kError.
  // Nothing is allocated unless the expression makes text, lists, maps or optionals, or is larger
  // than usual; then it is in `arena`. `zones` are the named time zones, when there are any.
  std::expected<Value, EvaluationError> evaluate(const Activation& activation, Arena& arena,
                                                 const EvaluationLimits& limits = {},
                                                 const Zones* zones = nullptr) const;

  // What the value will be; dyn when types were not checked or are known only then.
  const Type& type() const;
  // The variables that an evaluation may read, ascending: what the host must have ready.
  std::span<const VariableId> variables() const;
  // An estimate of the most that an evaluation may cost, in units of EvaluationLimits::max_cost,
  // taking variables at their declared sizes; saturates. See cost.h.
  std::uint64_t cost_bound() const;
  std::string_view source() const;
  // "1:14: no such key: x", then the line and a caret.
  std::string explain(const EvaluationError& error) const;

 private:
  std::unique_ptr<const Code> code_;
};

struct CompileOptions {
  CompileLimits limits;
  // Without, anything that parses compiles, and is found out when evaluated.
  bool check_types = true;
  BlockMacros blocks = BlockMacros::kOff;
};

std::expected<Program, CompileError> compile(std::string_view source,
                                             const Environment& environment,
                                             const CompileOptions& options = {});

}  // namespace tidegate::cel
