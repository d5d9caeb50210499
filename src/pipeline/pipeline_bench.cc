// What the runner costs by itself: run `pipeline_bench` from the release preset.
#include <benchmark/benchmark.h>

#include "pipeline/run_fixture.h"

namespace tidegate::pipeline {
namespace {

class NoOp final : public Processor {
 public:
  Step process(Turn&) override { return Verdict::kContinue; }
};

class NoOpFactory final : public ProcessorFactory {
 public:
  PhaseSet phases() const override { return {Phase::kRequestHeaders}; }
  Processor* make(Arena& arena) const override { return make_in<NoOp>(arena); }
};

Result<std::unique_ptr<const ProcessorFactory>> make_no_op(const config::ProcessorSpec&) {
  return std::make_unique<const NoOpFactory>();
}

// Whole exchanges: the processors are made, run over the headers, and are gone.
void run_no_ops(benchmark::State& state) {
  RunFixture fixture;
  fixture.catalog = Catalog({{{"Scripted", PhaseSet::all(), false, nullptr}, make_no_op}});
  for (std::int64_t i = 0; i < state.range(0); ++i) fixture.add("p" + std::to_string(i));
  fixture.compile();
  for (auto _ : state) {
    Arena arena;
    ExchangeRun exchange(arena, fixture.loop.reactor, fixture.cancel);
    ScopeRun run(*fixture.chain, Scope::kRoute, exchange);
    benchmark::DoNotOptimize(run.start(Phase::kRequestHeaders, fixture.subject));
  }
  state.counters["per_processor"] =
      benchmark::Counter(static_cast<double>(state.iterations() * state.range(0)),
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(run_no_ops)->Arg(1)->Arg(20)->Arg(200);

// The expression of a caller's group and a model, by the environment of `when`.
void decide(benchmark::State& state) {
  const auto condition = Condition::compile(
      R"(model.startsWith("gpt-") && identity.groups.exists(g, g == "research"))");
  Arena arena;
  http::RequestHead request(arena);
  Message message(request);
  message.model = "gpt-4o-mini";
  const SystemClock clock;
  for (auto _ : state) benchmark::DoNotOptimize(condition->holds(message, clock, arena));
}
BENCHMARK(decide);

}  // namespace
}  // namespace tidegate::pipeline
