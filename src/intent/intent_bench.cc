// Cost of a decision: run `intent_bench` from the release preset.
#include <benchmark/benchmark.h>

#include "embed/static_embedder.h"
#include "intent/exemplars.h"
#include "intent/support_fixture.h"

namespace tidegate::intent {
namespace {

// A text of so many bytes against 72 examples, its vector included.
void decide(benchmark::State& state) {
  const auto embedder = embed::StaticEmbedder::builtin();
  const Exemplars exemplars(*embedder, support_intents(), support_out_of_scope(), 0);
  std::string text;
  for (const auto& [question, intent] : support_questions()) text += question + ". ";
  text.resize(static_cast<std::size_t>(state.range(0)));
  std::vector<float> vector(embedder->dimension());
  for (auto _ : state) {
    embed::embed_one(*embedder, text, vector);
    benchmark::DoNotOptimize(exemplars.classify(vector));
  }
}
BENCHMARK(decide)->Arg(64)->Arg(512)->Unit(benchmark::kMicrosecond);

void fit(benchmark::State& state) {
  const auto embedder = embed::StaticEmbedder::builtin();
  for (auto _ : state) {
    const Exemplars exemplars(*embedder, support_intents(), support_out_of_scope(), 0);
    benchmark::DoNotOptimize(exemplars.threshold(0));
  }
}
BENCHMARK(fit)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tidegate::intent
