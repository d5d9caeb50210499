// Micro costs of src/llm: run `llm_bench` from the release preset.
#include <benchmark/benchmark.h>

#include <string>

#include "llm/reply_meter.h"
#include "llm/request_facts.h"
#include "llm/stream_meter.h"

namespace tidegate::llm {
namespace {

constexpr Call kChat{Dialect::kOpenAi, Operation::kChatCompletions};

std::string make_stream(int events, std::string_view end_of_chunk) {
  std::string text;
  for (int i = 0; i < events; ++i) {
    text += R"(data: {"id":"chatcmpl-AbCdEf0123456789","object":"chat.completion.chunk",)"
            R"("created":1700000000,"model":"gpt-4o-mini","choices":[{"index":0,)"
            R"("delta":{"content":" token"},"logprobs":null,"finish_reason":null}])";
    text += end_of_chunk;
    text += "}\n\n";
  }
  return text;
}

void stream_meter(benchmark::State& state, StreamMeter::HideUsage hide,
                  std::string_view chunk_end) {
  const auto text = make_stream(64, chunk_end);
  for (auto _ : state) {
    StreamMeter meter(kChat, hide);
    benchmark::DoNotOptimize(meter.feed(text));
  }
  state.SetItemsProcessed(state.iterations() * 64);
}
BENCHMARK_CAPTURE(stream_meter, meter_only, StreamMeter::HideUsage::kNo, "");
BENCHMARK_CAPTURE(stream_meter, hide, StreamMeter::HideUsage::kYes, "");
BENCHMARK_CAPTURE(stream_meter, hide_null_usage, StreamMeter::HideUsage::kYes, R"(,"usage":null)");

void request_facts(benchmark::State& state) {
  const std::string body =
      R"({"model":"gpt-4o-mini","messages":[{"role":"system","content":"You are terse."},)"
      R"({"role":"user","content":")" +
      std::string(480, 'x') + R"("}],"temperature":0.7,"max_tokens":128,"stream":true})";
  Arena arena;
  for (auto _ : state) {
    benchmark::DoNotOptimize(parse_request_facts(kChat, "application/json", body, arena));
  }
}
BENCHMARK(request_facts);

void reply_meter(benchmark::State& state) {
  const std::string body =
      R"({"id":"chatcmpl-1","object":"chat.completion","created":1700000000,"model":"gpt-4o-mini",)"
      R"("choices":[{"index":0,"message":{"role":"assistant","content":")" +
      std::string(250, 'x') +
      R"("},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":19,)"
      R"("completion_tokens":10,"total_tokens":29,"prompt_tokens_details":{"cached_tokens":0,)"
      R"("audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0}}})";
  for (auto _ : state) {
    ReplyMeter meter(kChat);
    meter.feed(body);
    benchmark::DoNotOptimize(meter.usage());
  }
}
BENCHMARK(reply_meter);

}  // namespace
}  // namespace tidegate::llm
