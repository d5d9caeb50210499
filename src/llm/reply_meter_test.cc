#include "llm/reply_meter.h"

#include <gtest/gtest.h>

#include <string>

namespace tidegate::llm {
namespace {

constexpr std::string_view kChatReply =
    R"({"id":"chatcmpl-1","choices":[{"message":{"content":"\"usage\":{\"prompt_tokens\":99}"}}],)"
    R"("usage":{"prompt_tokens":9,"completion_tokens":12,"total_tokens":21}})";
constexpr std::string_view kMessage =
    R"({"type":"message","content":[{"type":"text","text":"Hi"}],)"
    R"("usage":{"input_tokens":10,"cache_read_input_tokens":5,"output_tokens":3}})";

std::optional<Usage> measure(Call call, std::string_view text, std::size_t cut) {
  ReplyMeter meter(call);
  meter.feed(text.substr(0, cut));
  EXPECT_EQ(meter.complete(), cut == text.size());
  meter.feed(text.substr(cut));
  EXPECT_TRUE(meter.complete());
  return meter.usage();
}

TEST(ReplyMeter, ReadsUsageAtEverySplit) {
  for (std::size_t cut = 0; cut <= kChatReply.size(); ++cut) {
    const auto usage = measure({Dialect::kOpenAi, Operation::kChatCompletions}, kChatReply, cut);
    ASSERT_TRUE(usage);
    EXPECT_EQ(usage->total(), TokenCount(21));
  }
  for (std::size_t cut = 0; cut <= kMessage.size(); ++cut) {
    const auto usage = measure({Dialect::kAnthropic, Operation::kMessages}, kMessage, cut);
    ASSERT_TRUE(usage);
    EXPECT_EQ(usage->input(), TokenCount(15));
    EXPECT_EQ(usage->output, TokenCount(3));
  }
}

TEST(ReplyMeter, ReadsGeminisUsageAtEverySplit) {
  constexpr std::string_view kReply =
      R"({"candidates":[{"content":{"parts":[{"text":"\"usageMetadata\":{}"}]}}],)"
      R"("usageMetadata":{"promptTokenCount":8,"candidatesTokenCount":3,"thoughtsTokenCount":4,)"
      R"("totalTokenCount":15},"modelVersion":"m"})";
  for (std::size_t cut = 0; cut <= kReply.size(); ++cut) {
    const auto usage = measure({Dialect::kGemini, Operation::kGenerateContent}, kReply, cut);
    ASSERT_TRUE(usage);
    EXPECT_EQ(usage->input(), TokenCount(8));
    EXPECT_EQ(usage->output, TokenCount(7));
  }
}

TEST(ReplyMeter, ReadsTheArrayThatGeminiStreamsWithoutEvents) {
  constexpr std::string_view kArray =
      R"([{"candidates":[{"content":{"parts":[{"text":"] }"}]}}],)"
      R"("usageMetadata":{"promptTokenCount":8,"totalTokenCount":8}})"
      "\n,\r\n"
      R"({"candidates":[{"finishReason":"STOP"}],)"
      R"("usageMetadata":{"promptTokenCount":8,"candidatesTokenCount":3,"totalTokenCount":11}}])";
  for (std::size_t cut = 0; cut <= kArray.size(); ++cut) {
    const auto usage = measure({Dialect::kGemini, Operation::kGenerateContent}, kArray, cut);
    ASSERT_TRUE(usage);
    EXPECT_EQ(usage->input(), TokenCount(8));
    EXPECT_EQ(usage->output, TokenCount(3));
  }
}

TEST(ReplyMeter, NothingReportedIsNotZero) {
  ReplyMeter html({Dialect::kOpenAi, Operation::kChatCompletions});
  html.feed("<html>502</html>");
  EXPECT_FALSE(html.usage());
  EXPECT_TRUE(html.complete());
  ReplyMeter null({Dialect::kOpenAi, Operation::kChatCompletions});
  null.feed(R"({"usage":null})");
  EXPECT_FALSE(null.usage());
  ReplyMeter count({Dialect::kAnthropic, Operation::kCountTokens});
  count.feed(R"({"input_tokens":2095})");
  EXPECT_FALSE(count.usage());
}

// What is read in place is what the whole walk reads; where they may differ, the walk is asked.
TEST(ReplyMeter, ReadsAWholeReplyAsItReadsPieces) {
  const std::string usage =
      R"({"prompt_tokens":9,"completion_tokens":12,"prompt_tokens_details":{"cached_tokens":4}})";
  const std::string texts[] = {
      R"({"usage":)" + usage + "}",
      R"({"usage" : )" + usage + R"( , "x":{"a":["}",{"b":"\\"}]} } )" + "\r\n",
      "{\"usage\"\n:\t" + usage + "}",
      R"({"content":"\"usage\":{\"prompt_tokens\":99}","usage":)" + usage + "}",
      R"({"content":"\\\"usage","usage":)" + usage + "}",
      R"({"a\"usage":{"prompt_tokens":99}})",
      R"({"a\"usage":{"prompt_tokens":99},"usage":)" + usage + "}",
      R"({"usage":)" + usage + R"(,"usage":{"prompt_tokens":99}})",
      R"({"usage":)" + usage + R"(,"x":{"usage":{"prompt_tokens":99}}})",
      R"({"x":{"usage":{"prompt_tokens":99}},"usage":)" + usage + "}",
      R"({"x":{"usage":{"prompt_tokens":99}}})",
      R"({"x":[{"usage":{"prompt_tokens":99}}]})",
      R"({"u\u0073age":)" + usage + "}",
      R"({"usage":null})",
      R"({"usage":[]})",
      R"({"usage":{}})",
      R"({"usage":"usage"})",
      R"({"choices":[]})",
      R"({"usage":{"prompt_tokens":null}})",
      R"({"usage":{"prompt_tokens":5,"prompt_tokens":6}})",
      R"({"usage":{"prompt_tokens":5,"Prompt_tokens":6}})",
      R"({"usage":{"prompt_tokens":5,"prompt_tokens_details":{},"prompt_tokens_details":{}}})",
      R"({"usage":{"prompt_tokens":5e1,"completion_tokens":7.0,"cost":0.25}})",
      R"({"usage":{"prompt_tokens":-5,"completion_tokens":123456789012345678901234567890}})",
      R"({"usage":{"prompt_tokens":5,"completion_tokens_details":{"deep":{"x":1}}}})",
      R"({"usage":{"prompt_tokens":5,"completion_tokens_details":7,"cached_tokens":3}})",
      R"({"usage":{"input_tokens":5,"input_tokens_details":{"cached_tokens":2,"audio_tokens":1},)"
      R"("output_tokens":6,"output_tokens_details":{"reasoning_tokens":4},"service_tier":"x"}})",
      R"({"usage":{"prompt_tokens":5,"service_tier":"Default","list":[1,2],"flag":true}})"};
  const Call call{Dialect::kOpenAi, Operation::kChatCompletions};
  for (const auto& text : texts) {
    ReplyMeter whole(call);
    whole.feed(text, Rest::kNone);
    ReplyMeter walked(call);
    walked.feed(text);
    EXPECT_EQ(whole.usage(), walked.usage()) << text;
    EXPECT_TRUE(whole.complete()) << text;
  }
}

// The first piece of a longer reply may look like a whole one.
TEST(ReplyMeter, APieceIsNotTakenForTheWhole) {
  ReplyMeter meter({Dialect::kOpenAi, Operation::kChatCompletions});
  meter.feed(R"({"x":[{"usage":{"prompt_tokens":99}})");
  EXPECT_FALSE(meter.usage());
  meter.feed(R"(],"usage":{"prompt_tokens":1}})", Rest::kNone);
  ASSERT_TRUE(meter.usage());
  EXPECT_EQ(meter.usage()->total(), TokenCount(1));
}

TEST(ReplyMeter, ReadsTheUsageOfConverse) {
  ReplyMeter meter({Dialect::kBedrock, Operation::kConverse});
  meter.feed(R"({"output":{},"stopReason":"end_turn","usage":{"inputTokens":12,"outputTokens":6,)"
             R"("totalTokens":25,"cacheReadInputTokens":7}})",
             Rest::kNone);
  ASSERT_TRUE(meter.usage());
  EXPECT_EQ(meter.usage()->input_uncached, TokenCount(12));
  EXPECT_EQ(meter.usage()->cache_read, TokenCount(7));
  EXPECT_EQ(meter.usage()->output, TokenCount(6));
}

TEST(ReplyMeter, ReadsWhatCohereBillsForEmbeddings) {
  constexpr std::string_view kReply =
      R"({"id":"x","embeddings":{"float":[[1]]},"meta":{"api_version":{"version":"2"},)"
      R"("billed_units":{"input_tokens":5}}})";
  for (std::size_t cut = 0; cut < kReply.size(); ++cut) {
    ReplyMeter meter({Dialect::kCohere, Operation::kEmbeddings});
    meter.feed(kReply.substr(0, cut));
    meter.feed(kReply.substr(cut), Rest::kNone);
    ASSERT_TRUE(meter.usage()) << cut;
    EXPECT_EQ(meter.usage()->input_uncached, TokenCount(5));
  }
  ReplyMeter ranking({Dialect::kCohere, Operation::kRerank});
  ranking.feed(R"({"results":[],"meta":{"billed_units":{"search_units":1}}})", Rest::kNone);
  EXPECT_FALSE(ranking.usage());
}

}  // namespace
}  // namespace tidegate::llm
