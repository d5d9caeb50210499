#include "bench/load/measure/recorder.h"

#include <fmt/format.h>

namespace tidegate::bench {
namespace {

double microseconds(Duration value) { return static_cast<double>(value.count()) / 1000.0; }

std::string quantiles(const Histogram& histogram) {
  return fmt::format(R"({{"p50":{:.1f},"p90":{:.1f},"p99":{:.1f},"p999":{:.1f},"max":{:.1f}}})",
                     microseconds(histogram.quantile(0.5)), microseconds(histogram.quantile(0.9)),
                     microseconds(histogram.quantile(0.99)),
                     microseconds(histogram.quantile(0.999)), microseconds(histogram.max()));
}

double per(double amount, std::uint64_t count) {
  return count == 0 ? 0 : amount / static_cast<double>(count);
}

}  // namespace

std::string Recorder::to_json(Duration elapsed, Duration proxy_cpu) const {
  std::string failures;
  std::uint64_t failed = 0;
  for (const auto& [reason, count] : failures_) {
    failures += fmt::format(R"({}"{}":{})", failures.empty() ? "" : ",", reason, count);
    failed += count;
  }
  const double seconds = microseconds(elapsed) / 1e6;
  const double cpu = microseconds(proxy_cpu);
  return fmt::format(
      R"({{"seconds":{:.3f},"responses":{},"rps":{:.1f},"latency_us":{},"tokens":{},)"
      R"("token_latency_us":{},"proxy_cpu_us":{:.0f},"cpu_us_per_response":{:.3f},)"
      R"("cpu_us_per_token":{:.3f},"failures":{},"failure_reasons":{{{}}}}})",
      seconds, responses_.count(), static_cast<double>(responses_.count()) / seconds,
      quantiles(responses_), tokens_.count(), quantiles(tokens_), cpu, per(cpu, responses_.count()),
      per(cpu, tokens_.count()), failed, failures);
}

}  // namespace tidegate::bench
