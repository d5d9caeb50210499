// What one exchange pays for its metrics and its access log line.
// Run: build/release/src/telemetry/telemetry_bench
#include <benchmark/benchmark.h>

#include <array>
#include <string>
#include <string_view>

#include "telemetry/access_log.h"
#include "telemetry/exchange_metrics.h"
#include "telemetry/exposition.h"

namespace tidegate::telemetry {
namespace {

struct Sample {
  AiRecord ai;
  AccessRecord record;

  Sample() {
    using std::chrono::microseconds;
    ai.provider = "OpenAI";
    ai.dialect = "openai";
    ai.operation = "chat";
    ai.model = "small";
    ai.upstream_model = "gpt-4.1-mini";
    ai.usage = TokenUsage{.input = 150, .cached_input = 0, .output = 40};
    record.time = WallTime(microseconds(1'785'000'000'000'000));
    record.listener = "Gateway/default/gw/http";
    record.route = "HTTPRoute/default/chat";
    record.backend = "Backend/default/openai:443";
    record.endpoint = "10.0.0.1:443";
    record.method = "POST";
    record.host = "api.example.com";
    record.target = "/v1/chat/completions";
    record.protocol = "HTTP/1.1";
    record.client_address = "127.0.0.1:50000";
    record.request_id = "3f0a6c52-6d0b-4a55-a3c7-7a4d1e2f9b10";
    record.user_agent = "OpenAI/Python 1.99.1";
    record.status = 200;
    record.bytes_in = 700;
    record.bytes_out = 400;
    record.duration = microseconds(812);
    record.first_byte = microseconds(640);
    record.attempts = 1;
    record.ai = &ai;
  }
};

void BM_Metrics(benchmark::State& state) {
  Registry registry;
  const ExchangeMetrics metrics(registry);
  SeriesLease lease(registry);
  ExchangeRecorder recorder(metrics);
  const RouteSeries route = metrics.route("l", "r", lease);
  const BackendSeries backend = metrics.backend("b", lease);
  const Sample sample;
  for (auto _ : state) recorder.record(sample.record, route, &backend);
}
BENCHMARK(BM_Metrics);

void BM_FormatLine(benchmark::State& state) {
  const Sample sample;
  std::string line;
  for (auto _ : state) {
    line.clear();
    format_access_record(sample.record, line);
    benchmark::DoNotOptimize(line.data());
  }
  state.counters["bytes"] = static_cast<double>(line.size());
}
BENCHMARK(BM_FormatLine);

// With the hand-over to the writer thread; CPU is that of the worker alone.
void BM_WriteLine(benchmark::State& state) {
  auto writer = AccessLogWriter::start({.path = "/dev/null"});
  AccessLogChannel& channel = (*writer)->make_channel();
  const Sample sample;
  double dropped = 0;
  for (auto _ : state) dropped += channel.write(sample.record) == LogOutcome::kDropped ? 1 : 0;
  state.counters["dropped"] = dropped;
}
BENCHMARK(BM_WriteLine);

// 5,000 routes that were all used: a whole scrape.
void BM_Scrape(benchmark::State& state) {
  Registry registry;
  const ExchangeMetrics metrics(registry);
  SeriesLease lease(registry);
  ExchangeRecorder recorder(metrics);
  const Sample sample;
  for (int i = 0; i < 5000; ++i) {
    const std::string id = "HTTPRoute/default/route-" + std::to_string(i);
    recorder.record(sample.record, metrics.route("Gateway/default/gw/http", id, lease), nullptr);
  }
  std::string out;
  for (auto _ : state) out = render(registry, Exposition::kPrometheus);
  state.counters["bytes"] = static_cast<double>(out.size());
}
BENCHMARK(BM_Scrape)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tidegate::telemetry
