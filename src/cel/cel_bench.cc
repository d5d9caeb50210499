// Conditions as users write them, over a request.
#include <benchmark/benchmark.h>

#include <string_view>

#include "cel/cel_fixture.h"
#include "cel/program.h"

namespace {

using namespace tidegate;
using namespace tidegate::cel;

// A host whose answers cost nothing, so that only the expression is measured.
class FixedRequest final : public Activation {
 public:
  Value find(VariableId variable, Arena&) const override {
    switch (variable) {
      case 0:
        return Value::string("gpt-4o-mini");
      case 2:
        return Value::string("/v1/chat/completions");
      case 3:
        return Value::map(&headers_);
      case 4:
        return Value::list(&groups_);
      default:
        return Value::integer(1200);
    }
  }

 private:
  FieldMap headers_{{{"content-type", "application/json"}, {"x-tenant", "acme"}}};
  TextList groups_{{"staff", "engineering", "research"}};
};

void evaluate(benchmark::State& state, std::string_view source) {
  const auto program = compile(source, make_environment());
  if (!program) return state.SkipWithError(program.error().to_string().c_str());
  const FixedRequest request;
  Arena arena;
  for (auto step : state) {
    auto value = program->evaluate(request, arena);
    benchmark::DoNotOptimize(value);
  }
  if (arena.used() != 0) state.SkipWithError("the arena was used");
}

void compile_one(benchmark::State& state, std::string_view source) {
  const auto environment = make_environment();
  for (auto step : state) {
    auto program = compile(source, environment);
    benchmark::DoNotOptimize(program);
  }
}

constexpr std::string_view kModelAndGroup =
    R"(model.startsWith("gpt-") && identity.groups.exists(g, g == "research"))";

BENCHMARK_CAPTURE(evaluate, model_and_group, kModelAndGroup);
BENCHMARK_CAPTURE(evaluate, model_is, R"(model == "gpt-4o-mini")");
BENCHMARK_CAPTURE(evaluate, header_in_list,
                  R"(request.headers["x-tenant"] in ["umbrella", "initech", "acme"])");
BENCHMARK_CAPTURE(evaluate, path_matches, R"re(request.path.matches("^/v1/(chat|messages)"))re");
BENCHMARK_CAPTURE(compile_one, model_and_group, kModelAndGroup);

}  // namespace
