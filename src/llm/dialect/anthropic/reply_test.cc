#include "llm/dialect/anthropic/reply.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "json/cursor.h"
#include "json/scan.h"
#include "llm/conversation/cases_fixture.h"
#include "llm/conversation/thought_signature.h"
#include "llm/dialect/anthropic/block.h"

namespace tidegate::llm::anthropic {
namespace {

using testing::HasSubstr;

std::string write(const Reply& reply) {
  std::string out;
  Caller caller;
  caller.model = "my-model";
  caller.fallback_id = "x1";
  write_messages_reply(reply, caller, out);
  EXPECT_TRUE(json::validate(out, Origin::kInternal)) << out;
  return out;
}

struct Case {
  std::string name;
  FinishReason finish;
  std::string content;  // as it is written again
  std::string stop;     // stop_reason and stop_sequence
};

TEST(MessagesReply, IsReadAndWrittenAgain) {
  const std::vector<Case> cases{
      {"text", FinishReason::kStop, R"([{"type":"text","text":"Hi \"there\" —\n"}])",
       R"("end_turn","stop_sequence":null)"},
      {"tools", FinishReason::kToolCalls,
       R"([{"type":"text","text":"Let me look."},)"
       R"({"type":"tool_use","id":"toolu_01","name":"get_weather","input":{)",
       R"("tool_use","stop_sequence":null)"},
      {"thinking", FinishReason::kStop,
       R"([{"type":"thinking","thinking":"Hmm.","signature":"EqQBCgIYAhIk+/=="},)"
       R"({"type":"redacted_thinking","data":"EmwKAhgBEgy3"},{"type":"text","text":"42"}])",
       R"("end_turn","stop_sequence":null)"},
      {"stop_sequence", FinishReason::kStopSequence, R"([{"type":"text","text":"one two"}])",
       R"("stop_sequence","stop_sequence":"END")"},
      {"length", FinishReason::kLength, R"([{"type":"text","text":"cut o"}])",
       R"("max_tokens","stop_sequence":null)"},
      {"refusal", FinishReason::kRefusal, R"([{"type":"text","text":"I can't."}])",
       R"("refusal","stop_sequence":null)"},
      {"citations", FinishReason::kStop,
       R"([{"type":"text","text":"the grass is green","citations":[)",
       R"("end_turn","stop_sequence":null)"},
      {"server_tools", FinishReason::kPause, R"([{"type":"text","text":"Found."}])",
       R"("pause_turn","stop_sequence":null)"},
      {"empty", FinishReason::kContextWindow, "[]",
       R"("model_context_window_exceeded","stop_sequence":null)"},
      // The tool that carried the form of the answer is text.
      {"format_tool", FinishReason::kStop,
       R"([{"type":"text","text":"{\n        \"name\": \"Ann \\\"A\)",
       R"("end_turn","stop_sequence":null)"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    Arena arena;
    const auto body = read_case("reply_" + c.name + ".messages.json");
    const auto reply = read_messages_reply(body, arena);
    ASSERT_TRUE(reply) << reply.error().detail;
    EXPECT_EQ(reply->finish, c.finish);
    EXPECT_EQ(reply->model, "claude-sonnet-4-5-20250929");
    const auto out = write(*reply);
    EXPECT_THAT(out, HasSubstr(R"("id":"msg_01XFDUDYJgAACzvnptvVoYEL","type":"message",)"
                               R"("role":"assistant","model":"my-model","content":)" +
                               c.content));
    EXPECT_THAT(out, HasSubstr(R"("stop_reason":)" + c.stop));
  }
}

TEST(MessagesReply, UsageGoesThroughBucketByBucket) {
  Arena arena;
  const auto body = read_case("reply_cached.messages.json");
  const auto reply = read_messages_reply(body, arena);
  ASSERT_TRUE(reply && reply->usage);
  EXPECT_EQ(reply->usage->input(), TokenCount(21 + 248 + 1800));
  EXPECT_THAT(write(*reply),
              HasSubstr(R"("usage":{"input_tokens":21,"cache_creation_input_tokens":248,)"
                        R"("cache_read_input_tokens":1800,)"
                        R"("cache_creation":{"ephemeral_5m_input_tokens":148,)"
                        R"("ephemeral_1h_input_tokens":100},"output_tokens":503}})"));
}

TEST(MessagesReply, SaysWhatIsWrong) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"", "JSON error at byte 0"},
      {"<html>", "JSON error at byte 0"},
      {"[]", "the body must be an object"},
      {"{}", "'content' is missing"},
      {R"({"content":[{"type":"text"}]})", "'content[0].text' is required"},
      {R"({"type":"error","error":{"type":"api_error","message":"Oh"}})",
       "an error with status 200: Oh"},
  };
  for (const auto& [body, detail] : cases) {
    Arena arena;
    const auto reply = read_messages_reply(body, arena);
    ASSERT_FALSE(reply) << body;
    EXPECT_THAT(reply.error().detail, HasSubstr(detail));
    EXPECT_EQ(reply.error().origin, Origin::kUpstream);
  }
}

TEST(MessagesReply, OfOtherServersMayLackMembers) {
  Arena arena;
  const auto reply = read_messages_reply(
      R"({"content":"plain","error":null,"stop_reason":null,"usage":null,"id":null})", arena);
  ASSERT_TRUE(reply) << reply.error().detail;
  EXPECT_EQ(std::get<TextPart>(reply->parts.at(0)).text.bytes, "plain");
  EXPECT_FALSE(reply->usage);
  EXPECT_EQ(reply->finish, FinishReason::kStop);
  EXPECT_THAT(write(*reply), HasSubstr(R"("id":"x1")"));
}

TEST(MessagesReply, OfAnotherProviderIsShapedAsAMessage) {
  Reply reply;
  ReasoningPart thought;
  thought.text = {"hm"};
  thought.encrypted = {"Z0FBQQ=="};
  thought.id = {"rs_1"};
  reply.parts.emplace_back(thought);
  RefusalPart refusal;
  refusal.text = {"No."};
  reply.parts.emplace_back(refusal);
  ToolCallPart call;
  call.name = {"f"};
  call.arguments = {R"({\"a\":1})"};
  reply.parts.emplace_back(call);
  reply.finish = FinishReason::kContentFilter;
  const auto out = write(reply);
  EXPECT_THAT(out, HasSubstr(R"("id":"x1")"));
  EXPECT_THAT(out, HasSubstr(R"({"type":"thinking","thinking":"hm","signature":""},)"
                             R"({"type":"redacted_thinking","data":")"));
  EXPECT_THAT(out, HasSubstr(R"({"type":"text","text":"No."},{"type":"tool_use",)"
                             R"("id":"toolu_x1_2","name":"f","input":{"a":1}})"));
  EXPECT_THAT(out, HasSubstr(R"("stop_reason":"refusal")"));
  // The caller gives the other provider's reasoning back.
  const auto at = out.find(R"("data":")") + 8;
  Arena arena;
  const auto part = read_redacted_data({out.substr(at, out.find('"', at) - at)}, arena);
  EXPECT_TRUE(part.redacted.empty());
  EXPECT_EQ(part.encrypted.bytes, "Z0FBQQ==");
  EXPECT_EQ(part.id.bytes, "rs_1");
}

}  // namespace
}  // namespace tidegate::llm::anthropic
