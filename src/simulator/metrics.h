// What the simulated model server tells Prometheus, under the names of vLLM's metrics, which
// schedulers and autoscalers read (docs.vllm.ai, Production metrics).
//
// The simulator runs every request at once: num_requests_waiting is always 0. One model label, the
// first model served, so that the number of series does not depend on what clients send. Thread:
// any; counters are relaxed atomics.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tidegate::simulator {

class Metrics {
 public:
  // Tokens of running requests at which kv_cache_usage_perc is 1.
  static constexpr std::uint64_t kCacheTokens = 131'072;

  // One request begins: its prompt, what it will hold of the cache, and when its first token is
  // due.
  void start(std::uint64_t prompt_tokens, std::uint64_t held_tokens,
             std::chrono::microseconds time_to_first_token);
  enum class End : std::uint8_t {
    kComplete,  // vLLM: "stop", calls of tools too
    kLength,    // a limit of tokens cut it
    kAborted,
  };
  // It ended, having sent so many tokens.
  void finish(std::uint64_t sent_tokens, std::uint64_t held_tokens, End end);

  std::uint64_t running() const { return running_.load(std::memory_order_relaxed); }
  // The text exposition format, version 0.0.4.
  std::string format(std::string_view model) const;

 private:
  using Counter = std::atomic<std::uint64_t>;
  static constexpr std::array<double, 12> kBounds = {0.001, 0.005, 0.01, 0.02, 0.04, 0.08,
                                                     0.1,   0.25,  0.5,  1.0,  2.5,  10.0};

  Counter running_ = 0;
  Counter held_tokens_ = 0;
  Counter prompt_tokens_ = 0;
  Counter generation_tokens_ = 0;
  std::array<Counter, 3> ended_{};  // by End
  std::array<Counter, kBounds.size() + 1>
      first_token_buckets_{};  // not cumulative; last: above all
  Counter first_token_micros_ = 0;
};

}  // namespace tidegate::simulator
