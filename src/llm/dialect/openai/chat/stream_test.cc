#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "llm/conversation/cases_fixture.h"
#include "llm/conversation/steps_fixture.h"
#include "llm/dialect/openai/chat/stream_reader.h"
#include "llm/dialect/openai/chat/stream_writer.h"

namespace tidegate::llm::openai {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::string read(std::string_view stream) {
  return read_every_split(stream, [] { return std::make_unique<ChatStreamReader>(); });
}

std::string read_file(const std::string& name) {
  return read(read_case("stream_" + name + ".chat.sse"));
}

// What a caller gets of a stream.
std::string write(std::string_view stream,
                  Caller caller = {
                      .model = "asked", .include_usage = false, .fallback_id = "x1", .now = 7}) {
  ChatStreamReader reader;
  ChatStreamWriter writer(caller);
  std::vector<ReplyStep> steps;
  std::string out;
  EXPECT_TRUE(reader.feed(stream, steps));
  for (const auto& step : steps) writer.write(step, out);
  steps.clear();
  EXPECT_TRUE(reader.finish(steps));
  for (const auto& step : steps) writer.write(step, out);
  return out;
}

std::string write_file(const std::string& name, Caller caller = {.model = "asked",
                                                                 .include_usage = false,
                                                                 .fallback_id = "x1",
                                                                 .now = 7}) {
  return write(read_case("stream_" + name + ".chat.sse"), caller);
}

TEST(ChatStream, EveryCaseReadsTheSameFromWhatIsWritten) {
  const auto names = find_cases("stream_", ".chat.sse");
  EXPECT_GE(names.size(), 10U);
  for (const auto& name : names) {
    SCOPED_TRACE(name);
    Caller caller;
    caller.model = "asked";
    caller.include_usage = true;
    const auto first = write(read_case(name), caller);
    EXPECT_EQ(first, write(first, caller));
    EXPECT_THAT(read(read_case(name)), Not(HasSubstr("grammar")));
  }
}

TEST(ChatStream, ReadsTheDocumentedStreams) {
  EXPECT_EQ(read_file("text"),
            "start chatcmpl-123 gpt-5\nblock 0 text   \n"
            "delta 0 text Hello \\\"you\\\" ä漢🙂\\n\n"
            "usage 5 4 5\nstop 0\nfinish 0 \nend\n");
  EXPECT_EQ(read_file("tool_calls"),
            "start c1 gpt-5\nblock 0 call call_a get_weather \n"
            "delta 0 arguments {\\\"city\\\":\\\"Paris\\\"}\nstop 0\n"
            "block 1 call call_b now \nstop 1\nfinish 4 \nend\n");
  EXPECT_EQ(read_file("refusal"),
            "start x m\nblock 0 refusal   \ndelta 0 text I cannot.\nstop 0\nfinish 6 \nend\n");
}

TEST(ChatStream, PutsInterleavedCallsInOrder) {
  EXPECT_EQ(read_file("interleaved_calls"),
            "start c1 m\nblock 0 text   \ndelta 0 text Both.\nstop 0\n"
            "block 1 call call_a f \ndelta 1 arguments {\\\"x\\\":1}\nstop 1\n"
            "block 2 call call_b g \ndelta 2 arguments {\\\"y\\\":2}\nstop 2\nfinish 4 \nend\n");
}

TEST(ChatStream, TellsCallsOfOneIndexApartByTheirIds) {
  EXPECT_EQ(read_file("same_index_calls"),
            "start c1 m\nblock 0 call call_a f \ndelta 0 arguments {}\nstop 0\n"
            "block 1 call call_b g \ndelta 1 arguments {\\\"x\\\":1}\nstop 1\nfinish 4 \nend\n");
}

TEST(ChatStream, ReasoningIsABlockBeforeTheText) {
  EXPECT_EQ(read_file("reasoning"),
            "start r1 deepseek-reasoner\nblock 0 reasoning   \ndelta 0 text Thinking.\nstop 0\n"
            "block 1 text   \ndelta 1 text 42\nusage 6 0 10\nstop 1\nfinish 0 \nend\n");
  EXPECT_EQ(read_file("reasoning_details"),
            "start gen-1 anthropic/claude-sonnet-4.5\nblock 0 reasoning   \ndelta 0 text Hm\n"
            "delta 0 signature c2ln\nstop 0\nblock 1 redacted   cmVk\nstop 1\n"
            "block 2 text   \ndelta 2 text Yes\nstop 2\nfinish 0 \nend\n");
}

TEST(ChatStream, OddServersAreUnderstood) {
  EXPECT_EQ(read_file("azure_filter"),
            "start chatcmpl-az gpt-4o-2024-08-06\nblock 0 text   \ndelta 0 text No\nstop 0\n"
            "finish 5 \nend\n");
  EXPECT_EQ(read_file("finish_twice"),
            "start x m\nblock 0 text   \ndelta 0 text a\nusage 1 0 1\ndelta 0 text b\n"
            "usage 1 0 2\nstop 0\nfinish 2 \nend\n");
  EXPECT_EQ(read_file("no_done"),
            "start x m\nblock 0 text   \ndelta 0 text a\nstop 0\nfinish 0 \nend\n");
  EXPECT_EQ(read("data: [DONE]\n\n"), "start  \nfinish 0 \nend\n");
}

TEST(ChatStream, WhatWasCutHasNoEnd) {
  EXPECT_EQ(read_file("cut"), "start x m\nblock 0 text   \ndelta 0 text a\n");
  EXPECT_EQ(read(""), "");
}

TEST(ChatStream, ErrorsAreTheLastStep) {
  EXPECT_EQ(read_file("error"),
            "start x m\nblock 0 text   \ndelta 0 text a\n"
            "error 500 server_error The server had an error\n");
  EXPECT_EQ(read_file("error_first"), "error 429 requests Rate limit reached\n");
  EXPECT_EQ(read_file("html"), "error 502  502 Bad Gateway\n");
  EXPECT_EQ(read("event: error\ndata: {\"message\":\"busy\",\"code\":\"503\"}\n\n"),
            "error 503  busy\n");
}

TEST(ChatStream, AWholeReplyIsAStreamToo) {
  EXPECT_EQ(read_file("whole_reply"),
            "start chatcmpl-w m\nblock 0 text   \ndelta 0 text All\nstop 0\n"
            "block 1 call call_1 f \ndelta 1 arguments {\\\"a\\\":1}\nstop 1\n"
            "usage 2 0 3\nfinish 4 \nend\n");
}

TEST(ChatStream, WhatIsNoJsonFails) {
  EXPECT_THAT(read("data: {\"id\":\n\n"), StartsWith("failed: JSON error"));
  EXPECT_THAT(read("data: hello\n\n"), StartsWith("failed: JSON error"));
}

TEST(ChatStream, TheFirstChunkHasTheRoleAndTheLastIsDone) {
  const auto text = write_file("text");
  EXPECT_THAT(text, StartsWith(R"(data: {"id":"chatcmpl-123","object":"chat.completion.chunk",)"
                               R"("created":1694268190,"model":"asked","choices":[{"index":0,)"
                               R"("delta":{"role":"assistant","content":"","refusal":null},)"
                               R"("logprobs":null,"finish_reason":null}]})"
                               "\n\n"));
  EXPECT_THAT(text, HasSubstr(R"("delta":{"content":" ä漢🙂\n"})"));
  EXPECT_THAT(text, EndsWith("\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"));
  EXPECT_THAT(text, Not(HasSubstr("usage")));
}

TEST(ChatStream, UsageIsToldToWhoAsked) {
  Caller caller;
  caller.model = "asked";
  caller.include_usage = true;
  const auto text = write_file("text", caller);
  EXPECT_THAT(text, HasSubstr("\"finish_reason\":\"stop\"}],\"usage\":null}\n\n"));
  EXPECT_THAT(text, EndsWith(R"("choices":[],"usage":{"prompt_tokens":9,"completion_tokens":5,)"
                             R"("total_tokens":14,"prompt_tokens_details":{"cached_tokens":4,)"
                             R"("audio_tokens":0},"completion_tokens_details":)"
                             R"({"reasoning_tokens":0,"audio_tokens":0}}})"
                             "\n\ndata: [DONE]\n\n"));
}

TEST(ChatStream, CallsAreCountedAndHaveArguments) {
  const auto text = write_file("tool_calls");
  EXPECT_THAT(text, HasSubstr(R"({"tool_calls":[{"index":0,"id":"call_a","type":"function",)"
                              R"("function":{"name":"get_weather","arguments":""}}]})"));
  EXPECT_THAT(text, HasSubstr(R"({"tool_calls":[{"index":1,"function":{"arguments":"{}"}}]})"));
}

TEST(ChatStream, SignaturesReachTheCaller) {
  const auto call = write_file("thought_signature");
  EXPECT_THAT(call, HasSubstr(R"("id":"function-call-1__sig0U2lnQQ")"));
  EXPECT_THAT(call, HasSubstr(R"("extra_content":{"google":{"thought_signature":"U2lnQQ=="}})"));
  EXPECT_THAT(write_file("reasoning_details"),
              HasSubstr(R"("reasoning_details":[{"type":"reasoning.text","signature":"c2ln",)"));
}

TEST(ChatStream, NothingFollowsAnError) {
  EXPECT_THAT(write_file("error"),
              EndsWith(R"(data: {"error":{"message":"The server had an error",)"
                       R"("type":"server_error","param":null,"code":null}})"
                       "\n\n"));
}

TEST(ChatStream, PingsPassAsComments) {
  EXPECT_THAT(write(": keep-alive\n\ndata: [DONE]\n\n"), StartsWith(": ping\n\n"));
}

}  // namespace
}  // namespace tidegate::llm::openai
