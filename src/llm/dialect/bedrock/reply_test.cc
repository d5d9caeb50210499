#include "llm/dialect/bedrock/reply.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "json/cursor.h"
#include "json/scan.h"
#include "llm/conversation/cases_fixture.h"
#include "llm/dialect/bedrock/citations.h"
#include "llm/dialect/bedrock/usage.h"

namespace tidegate::llm::bedrock {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string write(const Reply& reply) {
  std::string out;
  write_converse_reply(reply, Caller{.model = "m", .fallback_id = "x1"}, out);
  EXPECT_TRUE(json::validate(out, Origin::kInternal)) << out;
  return out;
}

struct Case {
  std::string name;
  FinishReason finish;
  std::string content;  // as it is written again
  std::string stop;     // stopReason as it is written again
};

TEST(ConverseReply, IsReadAndWrittenAgain) {
  const std::vector<Case> cases{
      {"text", FinishReason::kStop, R"([{"text":"Hi \"there\" —\n"}])", "end_turn"},
      {"tools", FinishReason::kToolCalls,
       R"([{"text":"Let me look."},{"toolUse":{"toolUseId":"tooluse_01","name":"get_weather",)",
       "tool_use"},
      {"reasoning", FinishReason::kStop,
       R"([{"reasoningContent":{"reasoningText":{"text":"Hmm.","signature":"EqQBCgIYAhIk+/=="}}},)"
       R"({"reasoningContent":{"redactedContent":"EmwKAhgBEgy3"}},{"text":"42"}])",
       "end_turn"},
      {"stop_sequence", FinishReason::kStopSequence, R"([{"text":"one two"}])", "stop_sequence"},
      {"length", FinishReason::kLength, R"([{"text":"cut o"}])", "max_tokens"},
      {"guardrail", FinishReason::kContentFilter,
       R"([{"text":"Sorry, the model cannot answer this question."}])", "content_filtered"},
      {"citations", FinishReason::kStop,
       R"([{"citationsContent":{"content":[{"text":"the grass is green"}],"citations":[)"
       R"({"title":"Notes","sourceContent":[{"text":"The grass is green."}],"location":)"
       R"({"documentChar":{"documentIndex":0,"start":0,"end":19}}}]}}])",
       "end_turn"},
      {"malformed_tool", FinishReason::kMalformedCall, "[]", "malformed_tool_use"},
      {"format_tool", FinishReason::kStop, R"([{"text":"{\n              \"name\": \"Ann \\\"A\)",
       "end_turn"},
      {"empty", FinishReason::kContextWindow, "[]", "model_context_window_exceeded"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    Arena arena;
    const auto body = read_case("reply_" + c.name + ".converse.json");
    const auto reply = read_converse_reply(body, arena);
    ASSERT_TRUE(reply) << reply.error().detail;
    EXPECT_EQ(reply->finish, c.finish);
    const auto out = write(*reply);
    EXPECT_THAT(out,
                StartsWith(R"({"output":{"message":{"role":"assistant","content":)" + c.content));
    EXPECT_THAT(out, HasSubstr(R"("stopReason":")" + c.stop + "\""));
  }
}

TEST(ConverseReply, TellsTheStopSequenceWhereTheModelDoes) {
  Arena arena;
  const auto body = read_case("reply_stop_sequence.converse.json");
  const auto reply = read_converse_reply(body, arena);
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->stop_sequence.bytes, "END");
  EXPECT_THAT(write(*reply),
              HasSubstr(R"("additionalModelResponseFields":{"stop_sequence":"END"})"));
}

TEST(ConverseReply, UsageGoesThroughBucketByBucket) {
  Arena arena;
  const auto body = read_case("reply_cached.converse.json");
  const auto reply = read_converse_reply(body, arena);
  ASSERT_TRUE(reply && reply->usage);
  EXPECT_EQ(reply->usage->cache_write_5m, TokenCount(148));
  EXPECT_EQ(reply->usage->cache_write_1h, TokenCount(100));
  EXPECT_THAT(write(*reply),
              HasSubstr(R"("usage":{"inputTokens":21,"outputTokens":503,"totalTokens":2572,)"
                        R"("cacheReadInputTokens":1800,"cacheWriteInputTokens":248,)"
                        R"("cacheDetails":[{"ttl":"1h","inputTokens":100},)"
                        R"({"ttl":"5m","inputTokens":148}]})"));
}

TEST(ConverseUsage, IsReadWhateverItLacks) {
  EXPECT_FALSE(read_usage("null"));
  EXPECT_FALSE(read_usage(""));
  EXPECT_EQ(read_usage("{}")->total(), TokenCount(0));
  const auto plain =
      read_usage(R"({"inputTokens":5,"outputTokens":null,"cacheWriteInputTokens":9})");
  EXPECT_EQ(plain->cache_write_5m, TokenCount(9));
  EXPECT_EQ(plain->total(), TokenCount(14));
  const auto more =
      read_usage(R"({"cacheWriteInputTokens":1,"cacheDetails":[{"ttl":"1h","inputTokens":7}]})");
  EXPECT_EQ(more->cache_write_1h, TokenCount(7));
  EXPECT_EQ(more->cache_write_5m, TokenCount(0));
}

TEST(ConverseCitations, AreThoseOfClaudeBetweenTheDialects) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {R"({"title":"N","sourceContent":[{"text":"\"a\""}],"location":)"
       R"({"documentPage":{"documentIndex":1,"start":2,"end":3}}})",
       R"({"type":"page_location","cited_text":"\"a\"","document_index":1,"document_title":"N",)"
       R"("start_page_number":2,"end_page_number":3})"},
      {R"({"title":"N","source":"s","sourceContent":[{"text":"a"}],"location":)"
       R"({"searchResultLocation":{"searchResultIndex":1,"start":2,"end":3}}})",
       R"({"type":"search_result_location","cited_text":"a","search_result_index":1,"title":"N",)"
       R"("source":"s","start_block_index":2,"end_block_index":3})"},
      {R"({"title":"N","sourceContent":[{"text":"a"}],"location":{"web":{"url":"https://x.y"}}})",
       R"({"type":"web_search_result_location","cited_text":"a","url":"https://x.y","title":"N"})"},
      {R"({"location":{"future":{}}})", ""},
      {"{}", ""},
  };
  for (const auto& [own, between] : cases) {
    Arena arena;
    EXPECT_EQ(read_citation(own, arena), between);
    std::string again;
    json::Writer writer(again);
    EXPECT_EQ(write_citation(writer, between), !between.empty());
    EXPECT_EQ(again, between.empty() ? "" : own);
  }
}

TEST(ConverseReply, SaysWhatIsWrong) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"<html>", "JSON error at byte 0"},
      {"{}", "'output' must be an object"},
      {R"({"output":{"message":{}}})", "'output.message.content' must be an array"},
      {R"({"output":{"message":{"content":[{"toolUse":{}}]}}})",
       "'output.message.content[0].toolUse.toolUseId' is required"},
  };
  for (const auto& [body, detail] : cases) {
    Arena arena;
    const auto reply = read_converse_reply(body, arena);
    ASSERT_FALSE(reply) << body;
    EXPECT_THAT(reply.error().detail, HasSubstr(detail));
    EXPECT_EQ(reply.error().origin, Origin::kUpstream);
  }
}

TEST(ConverseReply, OfAnotherProviderIsShapedAsOne) {
  Reply reply;
  ToolCallPart call;
  call.name = {"f"};
  call.arguments = {R"({\"a\":1})"};
  reply.parts.emplace_back(call);
  RefusalPart refusal;
  refusal.text = {"No."};
  reply.parts.emplace_back(refusal);
  reply.finish = FinishReason::kRefusal;
  EXPECT_THAT(write(reply),
              StartsWith(R"({"output":{"message":{"role":"assistant","content":[{"toolUse":)"
                         R"({"toolUseId":"tooluse_x1_0","name":"f","input":{"a":1}}},)"
                         R"({"text":"No."}]}},"stopReason":"content_filtered",)"));
}

}  // namespace
}  // namespace tidegate::llm::bedrock
