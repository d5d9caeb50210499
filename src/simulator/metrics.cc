#include "simulator/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace tidegate::simulator {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

}  // namespace

void Metrics::start(std::uint64_t prompt_tokens, std::uint64_t held_tokens,
                    std::chrono::microseconds time_to_first_token) {
  running_.fetch_add(1, kRelaxed);
  held_tokens_.fetch_add(held_tokens, kRelaxed);
  prompt_tokens_.fetch_add(prompt_tokens, kRelaxed);
  const double seconds = std::chrono::duration<double>(time_to_first_token).count();
  const auto bucket = std::lower_bound(kBounds.begin(), kBounds.end(), seconds);
  first_token_buckets_[static_cast<std::size_t>(bucket - kBounds.begin())].fetch_add(1, kRelaxed);
  first_token_micros_.fetch_add(static_cast<std::uint64_t>(time_to_first_token.count()), kRelaxed);
}

void Metrics::finish(std::uint64_t sent_tokens, std::uint64_t held_tokens, End end) {
  running_.fetch_sub(1, kRelaxed);
  held_tokens_.fetch_sub(held_tokens, kRelaxed);
  generation_tokens_.fetch_add(sent_tokens, kRelaxed);
  ended_[static_cast<std::size_t>(end)].fetch_add(1, kRelaxed);
}

std::string Metrics::format(std::string_view model) const {
  std::string label = "model_name=\"";
  for (const char c : model) {
    if (c == '"' || c == '\\') label.push_back('\\');
    label.push_back(c);
  }
  label += "\"";
  std::string out;
  const auto put = [&](std::string_view name, std::string_view type, std::string_view help,
                       double value) {
    fmt::format_to(std::back_inserter(out),
                   "# HELP vllm:{0} {2}\n# TYPE vllm:{0} {1}\nvllm:{0}{{{3}}} {4}\n", name, type,
                   help, label, value);
  };
  const auto number = [](const Counter& counter) {
    return static_cast<double>(counter.load(kRelaxed));
  };
  const double cache = std::min(1.0, number(held_tokens_) / static_cast<double>(kCacheTokens));
  put("num_requests_running", "gauge", "Requests being answered.", number(running_));
  put("num_requests_waiting", "gauge", "Requests waiting for a place.", 0);
  put("kv_cache_usage_perc", "gauge", "KV cache in use; 1 is all of it.", cache);
  put("gpu_cache_usage_perc", "gauge", "The same under its older name.", cache);
  put("prompt_tokens_total", "counter", "Prompt tokens processed.", number(prompt_tokens_));
  put("generation_tokens_total", "counter", "Tokens generated.", number(generation_tokens_));
  out +=
      "# HELP vllm:request_success_total Requests that ended, by reason.\n"
      "# TYPE vllm:request_success_total counter\n";
  static constexpr std::string_view kReasons[] = {"stop", "length", "abort"};
  for (std::size_t i = 0; i < ended_.size(); ++i) {
    fmt::format_to(std::back_inserter(out),
                   "vllm:request_success_total{{{},finished_reason=\"{}\"}} {}\n", label,
                   kReasons[i], ended_[i].load(kRelaxed));
  }
  out +=
      "# HELP vllm:time_to_first_token_seconds Time to first token.\n"
      "# TYPE vllm:time_to_first_token_seconds histogram\n";
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < first_token_buckets_.size(); ++i) {
    sum += first_token_buckets_[i].load(kRelaxed);
    const auto bound = i < kBounds.size() ? fmt::format("{}", kBounds[i]) : std::string("+Inf");
    fmt::format_to(std::back_inserter(out),
                   "vllm:time_to_first_token_seconds_bucket{{{},le=\"{}\"}} {}\n", label, bound,
                   sum);
  }
  fmt::format_to(std::back_inserter(out),
                 "vllm:time_to_first_token_seconds_sum{{{0}}} {1}\n"
                 "vllm:time_to_first_token_seconds_count{{{0}}} {2}\n",
                 label, number(first_token_micros_) / 1e6, sum);
  // Schedulers read the block size here.
  fmt::format_to(std::back_inserter(out),
                 "# HELP vllm:cache_config_info Configuration of the KV cache.\n"
                 "# TYPE vllm:cache_config_info gauge\n"
                 "vllm:cache_config_info{{{},block_size=\"16\",num_gpu_blocks=\"{}\"}} 1\n",
                 label, kCacheTokens / 16);
  return out;
}

}  // namespace tidegate::simulator
