// A stream costs what the same reply costs whole, in every format, kept or translated.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <string>

#include "base/random.h"
#include "llm/frame_meter.h"
#include "llm/price/price.h"
#include "llm/reply_meter.h"
#include "llm/stream_meter.h"
#include "llm/transcode.h"

namespace tidegate::llm {
namespace {

struct Row {
  Format format;
  Call call;
  Framing framing;
};
constexpr std::array kRows = {
    Row{Format::kChat, {Dialect::kOpenAi, Operation::kChatCompletions}, Framing::kSse},
    Row{Format::kResponses, {Dialect::kOpenAi, Operation::kResponses}, Framing::kSse},
    Row{Format::kMessages, {Dialect::kAnthropic, Operation::kMessages}, Framing::kSse},
    Row{Format::kGenerateContent, {Dialect::kGemini, Operation::kGenerateContent}, Framing::kSse},
    Row{Format::kConverse, {Dialect::kBedrock, Operation::kConverse}, Framing::kEventStream},
};

// A provider's whole reply with such a usage, before it is told in each format: Anthropic's for
// caches, OpenAI's for reasoning and audio.
struct Seed {
  Format format;
  std::string body;
};

Seed make_messages(Random& random) {
  return {
      Format::kMessages,
      fmt::format(R"({{"id":"msg_1","type":"message","role":"assistant","model":"m",)"
                  R"("content":[{{"type":"text","text":"Hi"}}],"stop_reason":"end_turn",)"
                  R"("usage":{{"input_tokens":{},"output_tokens":{},"cache_read_input_tokens":{},)"
                  R"("cache_creation_input_tokens":{}}}}})",
                  random.below(400'000), random.below(100'000), random.below(100'000),
                  random.below(10'000))};
}

Seed make_chat(Random& random) {
  const auto input = random.below(400'000) + 1;
  const auto output = random.below(100'000) + 1;
  return {Format::kChat,
          fmt::format(
              R"({{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{{)"
              R"("index":0,"message":{{"role":"assistant","content":"Hi"}},)"
              R"("finish_reason":"stop"}}],"usage":{{"prompt_tokens":{},"completion_tokens":{},)"
              R"("total_tokens":{},"prompt_tokens_details":{{"cached_tokens":{},)"
              R"("audio_tokens":{}}},"completion_tokens_details":{{"reasoning_tokens":{},)"
              R"("audio_tokens":{}}}}}}})",
              input, output, input + output, random.below(input), random.below(input) / 2,
              random.below(output) / 2, random.below(output) / 2)};
}

// Every rate its own, and a tier that some of the requests are in.
Price make_price(Random& random) {
  Price price;
  const auto fill = [&random](Rates& rates) {
    for (auto* const rate :
         {&rates.input, &rates.cache_read, &rates.cache_write_5m, &rates.cache_write_1h,
          &rates.output, &rates.reasoning, &rates.audio_input, &rates.audio_output}) {
      *rate = random.below(100'000'000);
    }
  };
  fill(price.rates);
  fill(price.tiers.emplace_back(PriceTier{TokenCount(200'000), {}}).rates);
  return price;
}

Caller make_caller() {
  Caller caller;
  caller.model = "m";
  caller.include_usage = true;
  caller.fallback_id = "x";
  return caller;
}

struct Told {
  std::string whole;
  std::string stream;
};

// The same reply as a provider of that format would tell it.
Told tell(const Row& row, const Seed& seed) {
  const Crossing crossing{row.format, seed.format, Framing::kSse};
  const Caller caller = make_caller();
  Arena arena;
  Told told;
  told.whole = transcode_reply(crossing, seed.body, caller, arena)->body;
  StreamTranscoder stream(crossing, caller);
  EXPECT_TRUE(stream.feed_document(seed.body, told.stream));
  return told;
}

std::optional<Usage> meter_whole(const Row& row, std::string_view body) {
  ReplyMeter meter(row.call);
  meter.feed(body, Rest::kNone);
  return meter.usage();
}

std::optional<Usage> meter_stream(const Row& row, std::string_view body) {
  if (row.framing == Framing::kEventStream) {
    FrameMeter meter(row.call);
    meter.feed(body);
    return meter.usage();
  }
  StreamMeter meter(row.call, StreamMeter::HideUsage::kNo);
  meter.feed(body);
  meter.finish();
  return meter.usage();
}

std::optional<Usage> cross_whole(const Row& to, const Row& from, std::string_view body) {
  Arena arena;
  return transcode_reply({to.format, from.format, from.framing}, body, make_caller(), arena)->usage;
}

std::optional<Usage> cross_stream(const Row& to, const Row& from, std::string_view body) {
  const Caller caller = make_caller();
  StreamTranscoder stream({to.format, from.format, from.framing}, caller);
  std::string out;
  EXPECT_TRUE(stream.feed(body, out));
  EXPECT_TRUE(stream.finish(out));
  return stream.usage();
}

class StreamCosts : public testing::TestWithParam<Row> {};
INSTANTIATE_TEST_SUITE_P(EveryProvider, StreamCosts, testing::ValuesIn(kRows),
                         [](const auto& test) {
                           return std::string(to_string(test.param.call.operation));
                         });

TEST_P(StreamCosts, AreThoseOfTheWholeReply) {
  const Row& provider = GetParam();
  Random random(11);
  for (int i = 0; i < 60; ++i) {
    const Price price = make_price(random);
    const Told told = tell(provider, i % 2 == 0 ? make_messages(random) : make_chat(random));
    const auto usage = meter_whole(provider, told.whole);
    ASSERT_TRUE(usage) << told.whole;
    const MicroUsd whole = cost(price, *usage);
    const auto check = [&](const std::optional<Usage>& other, std::string_view how) {
      ASSERT_TRUE(other) << how << told.stream;
      EXPECT_EQ(cost(price, *other), whole) << how << "\n" << told.whole << "\n" << told.stream;
    };
    check(meter_stream(provider, told.stream), "streamed");
    for (const Row& caller : kRows) {
      if (caller.format == provider.format) continue;
      check(cross_whole(caller, provider, told.whole), "translated whole");
      check(cross_stream(caller, provider, told.stream), "translated stream");
    }
    if (HasFailure()) return;
  }
}

// However a format splits them into buckets.
TEST_P(StreamCosts, CountEveryTokenOnce) {
  const Row& provider = GetParam();
  Random random(12);
  for (int i = 0; i < 20; ++i) {
    const Seed seed = make_chat(random);
    const Told told = tell(provider, seed);
    const auto usage = meter_stream(provider, told.stream);
    const auto original = meter_whole(kRows[0], seed.body);
    ASSERT_TRUE(usage && original);
    EXPECT_EQ(usage->total(), original->total()) << told.stream;
  }
}

}  // namespace
}  // namespace tidegate::llm
