#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "llm/conversation/cases_fixture.h"
#include "llm/conversation/steps_fixture.h"
#include "llm/dialect/anthropic/stream_reader.h"
#include "llm/dialect/anthropic/stream_writer.h"

namespace tidegate::llm::anthropic {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string read(std::string_view stream) {
  return read_every_split(stream, [] { return std::make_unique<MessagesStreamReader>(); });
}

struct Case {
  std::string name;
  std::string steps;
};

TEST(MessagesStream, IsReadAsStepsAtEverySplit) {
  const std::string start = "start msg_01 claude-sonnet-4-5-20250929\nusage 25 0 1\n";
  const std::vector<Case> cases{
      {"text", start + "block 0 text   \ndelta 0 text Hello! é—\\\"q\\\"\\n\nstop 0\n"
                       "usage 25 0 15\nfinish 0 \nend\n"},
      {"tools",
       "start msg_01 claude-sonnet-4-5-20250929\nusage 472 0 2\n"
       "block 0 text   \ndelta 0 text Okay\nstop 0\n"
       "block 1 call toolu_01T1 get_weather \n"
       "delta 1 arguments {\\\"city\\\": \\\"San Fran\\\\u00e7ois\\\"}\nstop 1\n"
       "block 2 call toolu_02 now \nstop 2\nusage 472 0 89\nfinish 4 \nend\n"},
      {"thinking", start + "block 0 reasoning   \ndelta 0 text Let me see\n"
                           "delta 0 signature EqQBCgIYAhIM1gbcDa9GJwZA2b3h/+==\nstop 0\n"
                           "block 1 redacted   EmwKAhgBEgy3va3p\nstop 1\n"
                           "block 2 reasoning   \ndelta 2 signature T25seQ==\nstop 2\n"
                           "block 3 text   \ndelta 3 text 27\nstop 3\n"
                           "usage 25 0 15\nfinish 0 \nend\n"},
      {"server_tools",
       "start msg_01 claude-sonnet-4-5-20250929\nusage 2679 0 3\n"
       "block 0 text   \ndelta 0 text I'll check\nstop 0\n"
       "loss reply.server_tool_use\nloss reply.web_search_tool_result\n"
       "block 1 text   \ndelta 1 text Sunny\n"
       "delta 1 citation {\"type\": \"web_search_result_location\", \"cited_text\": \"sun\", "
       "\"url\": \"https://example.com\", \"title\": \"T\"}\nstop 1\n"
       "usage 10682 0 510\nfinish 0 \nend\n"},
      {"error", start + "block 0 text   \ndelta 0 text Hel\n"
                        "error 529 overloaded_error Overloaded\n"},
      {"error_first", "error 429 rate_limit_error Slow down\n"},
      // Neither a finish nor an end: whoever reads the steps knows that it broke off.
      {"cut", start + "block 0 text   \ndelta 0 text Hel\n"},
      {"no_stop", start + "block 0 text   \ndelta 0 text Hi\nstop 0\n"
                          "usage 25 0 15\nfinish 2 \nend\n"},
      {"cached",
       "start msg_01 claude-sonnet-4-5-20250929\nusage 3 40 1\n"
       "block 0 text   \ndelta 0 text x\nstop 0\nusage 3 40 7\nfinish 1 END\nend\n"},
      {"format_tool", start + "block 0 text   \ndelta 0 text {\\\"name\\\": \\\"Ann\\\"}\nstop 0\n"
                              "usage 25 0 15\nfinish 0 \nend\n"},
      {"odd",
       "start  \nblock 0 text   \ndelta 0 text Hi\nstop 0\nblock 1 call c f \n"
       "delta 1 arguments {\\\"a\\\": 1}\nusage 0 0 15\nstop 1\nfinish 4 \nusage 0 0 15\nend\n"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(read(read_case("stream_" + c.name + ".messages.sse")), c.steps) << c.name;
  }
}

TEST(MessagesStream, ThatIsNoJsonFails) {
  EXPECT_THAT(read("data: <html>\n\n"), HasSubstr("failed: JSON error at byte 0"));
  EXPECT_THAT(read("data: [1]\n\n"), HasSubstr("failed: an event is no JSON object"));
  EXPECT_EQ(read("data: {\"type\":\"future_event\"}\n\n"), "");
}

TEST(MessagesStream, DeltasOutsideOfTheirBlocksMakeBlocks) {
  EXPECT_EQ(read("data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":"
                 "{\"type\":\"thinking_delta\",\"thinking\":\"a\"}}\n\n"
                 "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":"
                 "{\"type\":\"text_delta\",\"text\":\"b\"}}\n\n"
                 "data: {\"type\":\"content_block_delta\",\"index\":1,\"delta\":"
                 "{\"type\":\"input_json_delta\",\"partial_json\":\"{}\"}}\n\n"
                 "data: {\"type\":\"message_stop\"}\n\n"),
            "start  \nblock 0 reasoning   \ndelta 0 text a\nstop 0\n"
            "block 1 text   \ndelta 1 text b\nstop 1\nend\n");
}

// What a caller gets for the steps of a stream.
std::string write(std::string_view stream) {
  MessagesStreamReader reader;
  std::vector<ReplyStep> steps;
  EXPECT_TRUE(reader.feed(stream, steps));
  Caller caller;
  caller.model = "my-model";
  caller.fallback_id = "x1";
  MessagesStreamWriter writer(caller);
  std::string out;
  for (const auto& step : steps) writer.write(step, out);
  steps.clear();
  EXPECT_TRUE(reader.finish(steps));
  for (const auto& step : steps) writer.write(step, out);
  return out;
}

TEST(MessagesStream, ReadsTheSameWhenItIsWritten) {
  for (const auto& name : find_cases("stream_", ".messages.sse")) {
    // The one ends without its start, the other breaks off.
    if (name.starts_with("stream_odd") || name.starts_with("stream_cut")) continue;
    SCOPED_TRACE(name);
    const auto once = write(read_case(name));
    EXPECT_EQ(write(once), once);
    if (once.find("event: error") != once.npos) continue;
    EXPECT_TRUE(once.starts_with("event: message_start\n"));
    EXPECT_TRUE(once.ends_with("event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"));
    EXPECT_EQ(once.find("message_start\n"), once.rfind("message_start\n"));
  }
}

TEST(MessagesStream, IsWrittenAsClientsExpectIt) {
  EXPECT_EQ(
      write(read_case("stream_tools.messages.sse")),
      "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_01\","
      "\"type\":\"message\",\"role\":\"assistant\",\"model\":\"my-model\",\"content\":[],"
      "\"stop_reason\":null,\"stop_sequence\":null,\"usage\":{\"input_tokens\":472,"
      "\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":0,\"cache_creation\":"
      "{\"ephemeral_5m_input_tokens\":0,\"ephemeral_1h_input_tokens\":0},\"output_tokens\":2}}}\n\n"
      "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,"
      "\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n"
      "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,"
      "\"delta\":{\"type\":\"text_delta\",\"text\":\"Okay\"}}\n\n"
      "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n"
      "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":1,"
      "\"content_block\":{\"type\":\"tool_use\",\"id\":\"toolu_01T1\",\"name\":\"get_weather\","
      "\"input\":{}}}\n\n"
      "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":1,"
      "\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"{\\\"city\\\": \\\"San\"}}\n\n"
      "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":1,"
      "\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\" Fran\\\\u00e7\"}}\n\n"
      "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":1,"
      "\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"ois\\\"}\"}}\n\n"
      "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":1}\n\n"
      "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":2,"
      "\"content_block\":{\"type\":\"tool_use\",\"id\":\"toolu_02\",\"name\":\"now\","
      "\"input\":{}}}\n\n"
      "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":2,"
      "\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"{}\"}}\n\n"
      "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":2}\n\n"
      "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":"
      "\"tool_use\",\"stop_sequence\":null},\"usage\":{\"input_tokens\":472,"
      "\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":0,\"cache_creation\":"
      "{\"ephemeral_5m_input_tokens\":0,\"ephemeral_1h_input_tokens\":0},\"output_tokens\":89}}\n\n"
      "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");
}

TEST(MessagesStream, EndsWithAnErrorAndNothingBehindIt) {
  const auto out = write(read_case("stream_error.messages.sse"));
  EXPECT_TRUE(
      out.ends_with("event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":"
                    "\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n"))
      << out;
  EXPECT_THAT(out, Not(HasSubstr("message_stop")));
  EXPECT_THAT(write(read_case("stream_cut.messages.sse")), Not(HasSubstr("message_stop")));
}

TEST(MessagesStream, OfAnotherProviderHasNoEmptyBlocks) {
  MessagesStreamWriter writer(Caller{.model = "m", .fallback_id = "x1"});
  std::string out;
  const auto put = [&](const ReplyStep& step) { writer.write(step, out); };
  put(ReplyStart{});
  put(BlockStart{.index = 0, .kind = BlockStart::Kind::kText});
  put(BlockStop{0});
  put(BlockStart{.index = 1, .kind = BlockStart::Kind::kReasoning, .id = {"rs_1"}});
  put(BlockDelta{1, BlockDelta::Kind::kText, {"hm"}});
  put(BlockDelta{1, BlockDelta::Kind::kEncrypted, {"Z0FB"}});
  put(BlockStop{1});
  put(BlockStart{.index = 2, .kind = BlockStart::Kind::kRefusal});
  put(BlockDelta{2, BlockDelta::Kind::kText, {"No."}});
  put(BlockStop{2});
  put(ReplyFinish{FinishReason::kRefusal, {}});
  put(ReplyEnd{});
  put(Ping{});
  EXPECT_EQ(read(out).substr(0, 48), "start x1 m\nusage 0 0 0\nblock 0 reasoning   \ndelt");
  EXPECT_THAT(out, HasSubstr("\"index\":1,\"content_block\":{\"type\":\"redacted_thinking\""));
  EXPECT_THAT(out, HasSubstr("\"index\":2,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}"));
  EXPECT_TRUE(out.ends_with("data: {\"type\":\"message_stop\"}\n\n"));
}

}  // namespace
}  // namespace tidegate::llm::anthropic
