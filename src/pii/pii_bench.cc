// Cost of looking through a text: run `pii_bench` from the release preset.
#include <benchmark/benchmark.h>

#include <string>

#include "pii/detector.h"
#include "pii/restore.h"

namespace tidegate::pii {
namespace {

const Detector& detector() {
  static const auto all = Detector::make({});
  return *all;
}

// Prose with a date and a number here and there, and `data` once for each KiB.
std::string make_text(std::size_t size, std::string_view data) {
  constexpr std::string_view kProse =
      "The committee met on 12 March 2025 to discuss the 3 proposals that had been sent in. It was "
      "agreed that the second one, although cheaper, would take longer than the 18 months that "
      "remain, and that the report should say so plainly. ";
  std::string text;
  while (text.size() < size) {
    if (text.size() % 1024 < kProse.size()) text += data;
    text += kProse;
  }
  text.resize(size);
  return text;
}

void find(benchmark::State& state, std::string_view data) {
  const auto text = make_text(static_cast<std::size_t>(state.range(0)), data);
  std::vector<Finding> findings;
  for (auto _ : state) {
    benchmark::DoNotOptimize(detector().find(text, findings));
  }
  state.counters["findings"] = static_cast<double>(findings.size());
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK_CAPTURE(find, prose, "")->Arg(1024)->Arg(65536);
BENCHMARK_CAPTURE(find, with_data, "Mail ann@example.org, card 4111 1111 1111 1111. ")
    ->Arg(1024)
    ->Arg(65536);

void restore_delta(benchmark::State& state) {
  const Secret key("key");
  Placeholders placeholders(key);
  placeholders.replace(personal_rules().front(), "ann@example.org");
  const Restorer restorer(placeholders);
  Restorer::State lane;
  std::string out;
  for (auto _ : state) {
    out.clear();
    benchmark::DoNotOptimize(restorer.feed(lane, " token of text", Restorer::In::kText, out));
  }
}
BENCHMARK(restore_delta);

void compile(benchmark::State& state) {
  std::size_t size = 0;
  for (auto _ : state) {
    const auto made = Detector::make({});
    size = made->size_bytes();
  }
  state.counters["bytes"] = static_cast<double>(size);
}
BENCHMARK(compile)->Unit(benchmark::kMillisecond)->Iterations(1);

}  // namespace
}  // namespace tidegate::pii
