#include "llm/dialect/openai/chat/reply.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "json/scan.h"
#include "llm/conversation/cases_fixture.h"

namespace tidegate::llm::openai {
namespace {

using ::testing::HasSubstr;

struct Read {
  Arena arena;
  std::string body;
  Reply reply;
};

std::unique_ptr<Read> read(std::string body) {
  auto got = std::make_unique<Read>();
  got->body = std::move(body);
  auto reply = read_chat_reply(got->body, got->arena);
  EXPECT_TRUE(reply) << got->body;
  if (reply) got->reply = std::move(*reply);
  return got;
}

std::unique_ptr<Read> read_file(const std::string& name) {
  return openai::read(read_case("reply_" + name + ".chat.json"));
}

std::string write(const Reply& reply) {
  std::string out;
  write_chat_reply(reply, {.model = "asked", .fallback_id = "x1", .now = 7}, out);
  EXPECT_TRUE(json::validate(out, Origin::kInternal)) << out;
  return out;
}

template <class T>
const T& part(const Read& read, std::size_t index) {
  return std::get<T>(read.reply.parts.at(index));
}

TEST(ChatReply, EveryCaseComesBackTheSame) {
  const auto names = find_cases("reply_", ".chat.json");
  EXPECT_GE(names.size(), 10U);
  for (const auto& name : names) {
    SCOPED_TRACE(name);
    const auto first = write(read(read_case(name))->reply);
    EXPECT_EQ(first, write(read(first)->reply));
  }
}

TEST(ChatReply, TextIsWrittenAsOpenAiWritesIt) {
  EXPECT_EQ(
      write(read_file("text")->reply),
      R"({"id":"chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT","object":"chat.completion",)"
      R"("created":1741569952,"model":"asked","choices":[{"index":0,"message":{"role":"assistant",)"
      R"("content":"Hello! How can I \"assist\" you?","refusal":null,"annotations":[]},)"
      R"("logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":19,)"
      R"("completion_tokens":10,"total_tokens":29,"prompt_tokens_details":{"cached_tokens":4,)"
      R"("audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":2,"audio_tokens":0}},)"
      R"("service_tier":"default"})");
}

TEST(ChatReply, CallsFinishTheReply) {
  const auto got = read_file("tool_calls");
  EXPECT_EQ(got->reply.finish, FinishReason::kToolCalls);
  EXPECT_EQ(part<ToolCallPart>(*got, 0).id.bytes, "call_abc123");
  const auto written = write(got->reply);
  EXPECT_THAT(written, HasSubstr(R"("content":null)"));
  EXPECT_THAT(written, HasSubstr(R"("arguments":"{\n\"location\": \"Boston, MA\"\n}")"));
  EXPECT_THAT(written, HasSubstr(R"({"name":"now","arguments":"{}"})"));
  EXPECT_TRUE(part<ToolCallPart>(*read_file("custom_tool"), 0).custom);
}

TEST(ChatReply, ACallThatWasCutEndsByLength) {
  const auto got = read_file("length");
  EXPECT_EQ(got->reply.finish, FinishReason::kLength);
  EXPECT_FALSE(got->reply.usage);
}

TEST(ChatReply, ARefusalHasItsOwnMember) {
  const auto got = read_file("refusal");
  EXPECT_EQ(got->reply.finish, FinishReason::kRefusal);
  const auto written = write(got->reply);
  EXPECT_THAT(written, HasSubstr(R"("content":null,"refusal":"I'm sorry.")"));
  EXPECT_THAT(written, HasSubstr(R"("finish_reason":"stop")"));
}

TEST(ChatReply, ARefusalInPlainTextIsAContentFilter) {
  Reply reply;
  reply.parts.emplace_back(TextPart{.text = {"No."}, .cache = {}, .citations = {}});
  reply.finish = FinishReason::kRefusal;
  EXPECT_THAT(write(reply), HasSubstr(R"("finish_reason":"content_filter")"));
}

TEST(ChatReply, ReasoningStandsBesideTheText) {
  const auto got = read_file("reasoning");
  EXPECT_EQ(part<ReasoningPart>(*got, 0).text.bytes, "0.8 > 0.11");
  EXPECT_EQ(part<TextPart>(*got, 1).text.bytes, "9.8");
  EXPECT_EQ(got->reply.usage->cache_read, TokenCount(8));
  EXPECT_THAT(write(got->reply), HasSubstr(R"("reasoning_content":"0.8 > 0.11")"));
  const auto detailed = read_file("reasoning_details");
  EXPECT_EQ(part<ReasoningPart>(*detailed, 0).signature.bytes, "c2ln");
  EXPECT_EQ(part<ReasoningPart>(*detailed, 1).redacted.bytes, "cmVk");
}

TEST(ChatReply, AnnotationsAreCitations) {
  const auto got = read_file("citations");
  EXPECT_EQ(part<TextPart>(*got, 0).citations,
            R"([{"type":"web_search_result_location","url":"https://example.com/w",)"
            R"("title":"Weather","cited_text":"","start_index":9,"end_index":22}])");
  EXPECT_THAT(write(got->reply),
              HasSubstr(R"({"type":"url_citation","url_citation":{"url":"https://example.com/w",)"
                        R"("title":"Weather","start_index":9,"end_index":22}})"));
}

TEST(ChatReply, WhatIsMissingIsMade) {
  const auto filtered = read_file("content_filter");
  EXPECT_EQ(filtered->reply.finish, FinishReason::kContentFilter);
  EXPECT_EQ(filtered->reply.usage->output, TokenCount(0));
  EXPECT_THAT(write(filtered->reply), HasSubstr(R"({"id":"chatcmpl-x1",)"));
  EXPECT_THAT(write(filtered->reply), HasSubstr(R"("created":7)"));

  // The id is made, and carries the signature for clients that drop what they do not know.
  const auto is_signed = read_file("thought_signature");
  const auto& call = part<ToolCallPart>(*is_signed, 0);
  EXPECT_TRUE(call.id.bytes.starts_with("call_"));
  EXPECT_TRUE(call.id.bytes.ends_with("__sig0U2ln-A"));
  EXPECT_EQ(is_signed->reply.finish, FinishReason::kToolCalls);
}

TEST(ChatReply, TellsTheStopSequenceAndProbabilities) {
  const auto stopped = read_file("stop_sequence");
  EXPECT_EQ(stopped->reply.finish, FinishReason::kStopSequence);
  EXPECT_EQ(stopped->reply.stop_sequence.bytes, "END");
  EXPECT_THAT(write(read_file("logprobs")->reply), HasSubstr(R"("logprob":-0.31725305)"));
}

TEST(ChatReply, WhatIsNoReplyIsAnError) {
  struct Case {
    std::string_view body;
    std::string_view detail;
  };
  const Case cases[] = {
      {"<html>", "JSON error"},
      {"{}", "the reply has no choices"},
      {R"({"choices":[]})", "the reply has no choices"},
      {R"({"error":{"message":"Overloaded","type":"server_error"}})", "Overloaded"},
      {R"({"object":"error","message":"max length","code":400})", "max length"},
  };
  for (const auto& test : cases) {
    Arena arena;
    const auto reply = read_chat_reply(test.body, arena);
    ASSERT_FALSE(reply) << test.body;
    EXPECT_EQ(reply.error().origin, Origin::kUpstream);
    EXPECT_THAT(reply.error().detail, HasSubstr(test.detail));
  }
}

}  // namespace
}  // namespace tidegate::llm::openai
