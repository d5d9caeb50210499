#include "llm/text/stream_ending.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "llm/dialect/bedrock/write_frame.h"

namespace tidegate::llm {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string filtered(const StreamEnding& ending, std::string_view data = {}) {
  std::string out;
  ending.append_filtered(data, out);
  return out;
}

TEST(StreamEnding, ChatEndsEveryChoiceThatHasNotEnded) {
  StreamEnding ending({Dialect::kOpenAi, Operation::kChatCompletions});
  ending.take("", R"({"id":"c","model":"m","choices":[{"index":0,"delta":{"content":"a"}}]})");
  ending.take("",
              R"({"id":"c","model":"m","choices":[{"index":1,"delta":{},"finish_reason":"stop"}],
    "usage":{"total_tokens":1}})");
  ending.see_choice(2);
  ending.see_choice(1);
  EXPECT_EQ(filtered(ending), R"(data: {"id":"c","model":"m","choices":[)"
                              R"({"index":0,"delta":{},"finish_reason":"content_filter"},)"
                              R"({"index":2,"delta":{},"finish_reason":"content_filter"}]})"
                              "\n\ndata: [DONE]\n\n");
}

TEST(StreamEnding, ChatThatHasNotBegunEndsItsFirstChoice) {
  const StreamEnding chat({Dialect::kOpenAi, Operation::kChatCompletions});
  EXPECT_EQ(
      filtered(chat, R"({"id":"c","choices":[]})"),
      R"(data: {"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"content_filter"}]})"
      "\n\ndata: [DONE]\n\n");
  const StreamEnding old({Dialect::kOpenAi, Operation::kCompletions});
  EXPECT_THAT(filtered(old),
              HasSubstr(R"({"index":0,"text":"","finish_reason":"content_filter"})"));
}

TEST(StreamEnding, MessagesStopOpenBlocksAndTellARefusal) {
  StreamEnding ending({Dialect::kAnthropic, Operation::kMessages});
  ending.take("content_block_start", R"({"type":"content_block_start","index":0})");
  ending.take("content_block_stop", R"({"type":"content_block_stop","index":0})");
  ending.take("content_block_start", R"({"type":"content_block_start","index":1})");
  const auto end = filtered(ending);
  EXPECT_THAT(end, Not(HasSubstr(R"("index":0)")));
  EXPECT_THAT(end, HasSubstr("event: content_block_stop\n"
                             R"(data: {"type":"content_block_stop","index":1})"
                             "\n\nevent: message_delta\n"));
  EXPECT_THAT(end, HasSubstr(R"("stop_reason":"refusal","stop_sequence":null},"usage":{)"));
  EXPECT_TRUE(end.ends_with("event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"));
}

TEST(StreamEnding, ResponsesAreIncomplete) {
  StreamEnding ending({Dialect::kOpenAi, Operation::kResponses});
  ending.take("response.created",
              R"({"type":"response.created","sequence_number":4,"response":{"id":"r",)"
              R"("status":"in_progress","incomplete_details":null,"output":[]}})");
  EXPECT_EQ(filtered(ending),
            "event: response.incomplete\n"
            R"(data: {"type":"response.incomplete","sequence_number":5,"response":{"id":"r",)"
            R"("output":[],"status":"incomplete",)"
            R"("incomplete_details":{"reason":"content_filter"}}})"
            "\n\n");
}

TEST(StreamEnding, GeminiTellsSafety) {
  StreamEnding ending({Dialect::kGemini, Operation::kGenerateContent});
  ending.take("", R"({"candidates":[{"content":{"parts":[{"text":"a"}]}}],"modelVersion":"g"})");
  EXPECT_EQ(filtered(ending), R"(data: {"modelVersion":"g","candidates":[{"index":0,)"
                              R"("content":{"role":"model","parts":[]},"finishReason":"SAFETY"}]})"
                              "\n\n");
}

TEST(StreamEnding, ConverseStopsItsBlocks) {
  StreamEnding ending({Dialect::kBedrock, Operation::kConverse});
  ending.take("contentBlockDelta", R"({"contentBlockIndex":1,"delta":{"text":"a"}})");
  std::string expected;
  bedrock::append_event(expected, "contentBlockStop", R"({"contentBlockIndex":1})");
  bedrock::append_event(expected, "messageStop", R"({"stopReason":"content_filtered"})");
  EXPECT_EQ(filtered(ending), expected);
}

}  // namespace
}  // namespace tidegate::llm
