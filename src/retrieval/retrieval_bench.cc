// Cost of a search and of building what is searched: run `retrieval_bench` from the release preset.
#include <benchmark/benchmark.h>

#include <array>
#include <string>
#include <vector>

#include "embed/static_embedder.h"
#include "retrieval/passage_index.h"

namespace tidegate::retrieval {
namespace {

// Sections of 900 bytes of words drawn from a few hundred, so that lists of them are long.
std::vector<Document> make_documents(std::size_t sections) {
  constexpr std::array<std::string_view, 24> kBegin{
      "pay",   "leave",  "print",  "travel", "train",  "claim",  "secure", "build",
      "test",  "deploy", "order",  "ship",   "return", "cancel", "sign",   "open",
      "close", "store",  "delete", "share",  "invite", "report", "review", "plan"};
  constexpr std::array<std::string_view, 12> kEnd{"",    "ing", "ed",   "er",   "ment", "able",
                                                  "day", "set", "room", "form", "line", "book"};
  std::vector<Document> out;
  std::uint32_t state = 1;
  for (std::size_t i = 0; i < sections; ++i) {
    if (i % 20 == 0) out.push_back({"doc" + std::to_string(i) + ".md", {}});
    std::string section = "\n\n# Section " + std::to_string(i) + "\n\n";
    while (section.size() < 900) {
      state = state * 1664525 + 1013904223;
      (section += kBegin[(state >> 8) % kBegin.size()]) += kEnd[(state >> 20) % kEnd.size()];
      section += (state >> 28) == 0 ? ". " : " ";
    }
    out.back().text += section;
  }
  return out;
}

void search(benchmark::State& state) {
  const PassageIndex index(embed::StaticEmbedder::builtin(),
                           make_documents(static_cast<std::size_t>(state.range(0))), {});
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        index.search("How do I claim travel expenses for a train that was cancelled?", 5));
  }
  state.counters["chunks"] = static_cast<double>(index.size());
}
BENCHMARK(search)->Arg(100)->Arg(2000)->Arg(20000)->Unit(benchmark::kMicrosecond);

void build(benchmark::State& state) {
  const auto documents = make_documents(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    const PassageIndex index(embed::StaticEmbedder::builtin(), documents, {});
    benchmark::DoNotOptimize(index.size());
  }
}
BENCHMARK(build)->Arg(2000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tidegate::retrieval
