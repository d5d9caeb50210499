#include "llm/dialect/openai/responses/reply.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "json/scan.h"
#include "llm/conversation/cases_fixture.h"
#include "llm/conversation/thought_signature.h"
#include "llm/dialect/openai/chat/reply.h"

namespace tidegate::llm::openai {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

struct Read {
  Arena arena;
  std::string body;
  Reply reply;
};

std::unique_ptr<Read> read(std::string body) {
  auto got = std::make_unique<Read>();
  got->body = std::move(body);
  auto reply = read_responses_reply(got->body, got->arena);
  EXPECT_TRUE(reply) << got->body;
  if (reply) got->reply = std::move(*reply);
  return got;
}

std::unique_ptr<Read> read_file(const std::string& name) {
  return openai::read(read_case("reply_" + name + ".responses.json"));
}

std::string write(const Reply& reply) {
  Caller caller;
  caller.model = "asked";
  caller.fallback_id = "x1";
  caller.now = 7;
  std::string out;
  write_responses_reply(reply, caller, out);
  EXPECT_TRUE(json::validate(out, Origin::kInternal)) << out;
  return out;
}

template <class T>
const T& part(const Read& read, std::size_t index) {
  return std::get<T>(read.reply.parts.at(index));
}

TEST(ResponsesReply, EveryCaseComesBackTheSame) {
  const auto names = find_cases("reply_", ".responses.json");
  EXPECT_GE(names.size(), 10U);
  for (const auto& name : names) {
    SCOPED_TRACE(name);
    const auto first = write(read(read_case(name))->reply);
    EXPECT_EQ(first, write(read(first)->reply));
  }
}

TEST(ResponsesReply, EveryChatCaseCrossesAndComesBackTheSame) {
  for (const auto& name : find_cases("reply_", ".chat.json")) {
    SCOPED_TRACE(name);
    Arena arena;
    const auto body = read_case(name);
    const auto reply = read_chat_reply(body, arena);
    ASSERT_TRUE(reply);
    const auto first = write(*reply);
    EXPECT_EQ(first, write(read(first)->reply));
  }
}

TEST(ResponsesReply, TextIsAMessageWithItsUsage) {
  const auto got = read_file("text");
  EXPECT_EQ(got->reply.finish, FinishReason::kStop);
  EXPECT_EQ(got->reply.usage->cache_read, TokenCount(6));
  EXPECT_THAT(
      write(got->reply),
      AllOf(HasSubstr(R"({"id":"resp_67ccd2bed1ec8190","object":"response",)"
                      R"("created_at":1741476542,"status":"completed")"),
            HasSubstr(R"("model":"asked","output":[{"id":"msg_67ccd2bed1ec8190_0",)"
                      R"("type":"message","status":"completed","role":"assistant","content":[)"
                      R"({"type":"output_text","annotations":[],"logprobs":[],)"
                      R"("text":"In a peaceful \"grove\""}]}])"),
            HasSubstr(R"("usage":{"input_tokens":36,"input_tokens_details":{"cached_tokens":6},)"
                      R"("output_tokens":87,"output_tokens_details":{"reasoning_tokens":7},)"
                      R"("total_tokens":123})")));
}

TEST(ResponsesReply, CallsHaveIdsOfTheirOwnAndArguments) {
  const auto got = read_file("tool_calls");
  EXPECT_EQ(got->reply.finish, FinishReason::kToolCalls);
  EXPECT_EQ(part<ToolCallPart>(*got, 0).id.bytes, "call_1");
  EXPECT_THAT(write(got->reply),
              HasSubstr(R"({"id":"fc_f_1","type":"function_call","status":"completed",)"
                        R"("arguments":"{}","call_id":"call_2","name":"now"})"));
  EXPECT_TRUE(part<ToolCallPart>(*read_file("custom_tool"), 0).custom);
}

TEST(ResponsesReply, ReasoningKeepsItsIdAndItsEncryptedContent) {
  const auto got = read_file("reasoning");
  EXPECT_EQ(part<ReasoningPart>(*got, 0).text.bytes, R"(First\n\nSecond)");
  EXPECT_TRUE(part<ReasoningPart>(*got, 0).summary);
  EXPECT_THAT(write(got->reply),
              HasSubstr(R"({"id":"rs_1","type":"reasoning","summary":[{"type":"summary_text",)"
                        R"("text":"First\n\nSecond"}],"encrypted_content":"gAAAAAB"})"));
  EXPECT_EQ(part<ReasoningPart>(*read_file("open_reasoning"), 0).text.bytes, "User asks.");
}

TEST(ResponsesReply, AnotherProvidersSignatureIsWrapped) {
  Reply reply;
  ReasoningPart thought;
  thought.text = {"think"};
  thought.signature = {"c2ln"};
  reply.parts.emplace_back(thought);
  const auto got = read(write(reply));
  Arena arena;
  const auto wrapped = unwrap_thought(part<ReasoningPart>(*got, 0).encrypted, arena);
  // What a caller sends back is unwrapped as the request is read, as is that of a reply.
  EXPECT_FALSE(wrapped);
  EXPECT_EQ(part<ReasoningPart>(*got, 0).signature.bytes, "c2ln");
}

TEST(ResponsesReply, EndsAreToldByTheStatus) {
  EXPECT_EQ(read_file("length")->reply.finish, FinishReason::kLength);
  EXPECT_THAT(write(read_file("length")->reply),
              HasSubstr(R"("incomplete_details":{"reason":"max_output_tokens"})"));
  EXPECT_EQ(read_file("content_filter")->reply.finish, FinishReason::kContentFilter);
  const auto refused = read_file("refusal");
  EXPECT_EQ(refused->reply.finish, FinishReason::kRefusal);
  EXPECT_THAT(write(refused->reply),
              AllOf(HasSubstr(R"("status":"completed")"),
                    HasSubstr(R"({"type":"refusal","refusal":"I can't."})")));
}

TEST(ResponsesReply, CitationsAndProbabilitiesStay) {
  EXPECT_THAT(write(read_file("citations")->reply),
              HasSubstr(R"("annotations":[{"type":"url_citation","url":"https://example.com/w",)"
                        R"("title":"W","start_index":0,"end_index":9}])"));
  EXPECT_EQ(read_file("logprobs")->reply.logprobs,
            R"({"content":[{"token":"Hi","logprob":-0.25,"bytes":[72,105],"top_logprobs":[]}],)"
            R"("refusal":null})");
  EXPECT_THAT(write(read_file("logprobs")->reply), HasSubstr(R"("logprobs":[{"token":"Hi")"));
}

TEST(ResponsesReply, WhatIsNoReplyIsAnError) {
  struct Case {
    std::string_view body;
    std::string_view detail;
  };
  const Case cases[] = {
      {"nonsense", "JSON error"},
      {"{}", "the reply has no output"},
      {R"({"status":"failed","output":[]})", "the response failed"},
      {R"({"status":"failed","error":{"code":"server_error","message":"Sorry"}})", "Sorry"},
  };
  for (const auto& test : cases) {
    Arena arena;
    const auto reply = read_responses_reply(test.body, arena);
    ASSERT_FALSE(reply) << test.body;
    EXPECT_EQ(reply.error().origin, Origin::kUpstream);
    EXPECT_THAT(reply.error().detail, HasSubstr(test.detail));
  }
}

}  // namespace
}  // namespace tidegate::llm::openai
