// Cost per server-sent event of about 163 bytes: whole in the buffer, and each cut in two.
#include <benchmark/benchmark.h>

#include <string>

#include "http/sse.h"

namespace tidegate::http {
namespace {

std::string make_stream(int events) {
  const std::string event = "data: {\"id\":\"chatcmpl-1\",\"choices\":[{\"delta\":{\"content\":\"" +
                            std::string(94, 'x') + "\"}}]}\n\n";
  std::string out;
  for (int i = 0; i < events; ++i) out += event;
  return out;
}

void scan_all(SseScanner& scanner, std::string_view bytes) {
  SseEvent event;
  scanner.feed(bytes);
  while (scanner.next(event).value()) benchmark::DoNotOptimize(event.data);
}

void whole_events(benchmark::State& state) {
  const std::string stream = make_stream(64);
  for (auto _ : state) {
    SseScanner scanner;
    scan_all(scanner, stream);
  }
  state.SetItemsProcessed(state.iterations() * 64);
}
BENCHMARK(whole_events);

void split_events(benchmark::State& state) {
  const std::string stream = make_stream(1);
  SseScanner scanner;
  for (auto _ : state) {
    scan_all(scanner, std::string_view(stream).substr(0, 100));
    scan_all(scanner, std::string_view(stream).substr(100));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(split_events);

}  // namespace
}  // namespace tidegate::http
