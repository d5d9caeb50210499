// Cost of a key and of a lookup: run `cache_bench` from the release preset.
#include <benchmark/benchmark.h>

#include <string>

#include "cache/canonical.h"
#include "cache/key.h"
#include "cache/store.h"

namespace tidegate::cache {
namespace {

// A chat of about `size` bytes.
std::string make_chat(std::size_t size) {
  std::string text =
      R"({"model":"gpt-4o","temperature":0.2,"messages":[{"role":"user","content":")";
  while (text.size() + 40 < size) text += "What is the tide at Dover on Monday? ";
  return text + R"("}],"stream":true})";
}

void key_of_a_chat(benchmark::State& state) {
  const std::string chat = make_chat(static_cast<std::size_t>(state.range(0)));
  std::string canonical;
  for (auto _ : state) {
    canonical.clear();
    benchmark::DoNotOptimize(append_canonical(chat, {}, canonical));
    KeyBuilder builder;
    builder.add(canonical);
    benchmark::DoNotOptimize(builder.finish());
  }
}
BENCHMARK(key_of_a_chat)->Arg(1024)->Arg(65536);

void lookup(benchmark::State& state) {
  static Store store(64 << 20, 1 << 20);
  Key key{{1, 2, 3, 4}};
  auto entry = std::make_shared<Entry>();
  entry->expires = SteadyTime(std::chrono::hours(1));
  store.put(key, entry);
  for (auto _ : state) benchmark::DoNotOptimize(store.find(key, SteadyTime()));
}
BENCHMARK(lookup)->Threads(1)->Threads(2);

}  // namespace
}  // namespace tidegate::cache
