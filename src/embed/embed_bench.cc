// Cost of a vector: run `embed_bench` from the release preset.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "embed/lexical.h"
#include "embed/static_embedder.h"

namespace tidegate::embed {
namespace {

std::string make_text(std::size_t size) {
  constexpr std::string_view kProse =
      "I ordered a replacement card two weeks ago and it still has not arrived, although the app "
      "says that it was sent. Could you tell me where it is, and what I should do meanwhile? ";
  std::string text;
  while (text.size() < size) text += kProse;
  text.resize(size);
  return text;
}

void run(benchmark::State& state, const Embedder& embedder) {
  const auto text = make_text(static_cast<std::size_t>(state.range(0)));
  std::vector<float> out(embedder.dimension());
  for (auto _ : state) {
    embed_one(embedder, text, out);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}

void lexical(benchmark::State& state) { run(state, LexicalEmbedder()); }
BENCHMARK(lexical)->Arg(64)->Arg(512)->Arg(8192);

void of_meaning(benchmark::State& state) { run(state, *StaticEmbedder::builtin()); }
BENCHMARK(of_meaning)->Arg(64)->Arg(512)->Arg(8192);

void open_builtin(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(StaticEmbedder::builtin());
}
BENCHMARK(open_builtin)->Unit(benchmark::kMicrosecond);

void compare(benchmark::State& state) {
  const LexicalEmbedder embedder;
  std::vector<float> a(embedder.dimension());
  std::vector<float> b(embedder.dimension());
  embed_one(embedder, make_text(100), a);
  embed_one(embedder, make_text(200), b);
  for (auto _ : state) benchmark::DoNotOptimize(dot(a, b));
}
BENCHMARK(compare);

}  // namespace
}  // namespace tidegate::embed
