#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "json/scan.h"
#include "llm/conversation/cases_fixture.h"
#include "llm/conversation/steps_fixture.h"
#include "llm/dialect/gemini/stream_reader.h"
#include "llm/dialect/gemini/stream_writer.h"

namespace tidegate::llm::gemini {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

std::string read(std::string_view stream) {
  return read_every_split(stream,
                          [] { return std::make_unique<GenerateContentStreamReader>("exchange"); });
}

std::string read_file(const std::string& name) {
  return read(read_case("stream_" + name + ".gemini.sse"));
}

TEST(GeminiStream, TextIsOneBlock) {
  EXPECT_EQ(read_file("text"),
            "start VDHdaMPgKvqDmtkP3PXF8Ac gemini-2.5-flash\n"
            "block 0 text   \n"
            "delta 0 text AI learns \\\"patterns\\\"\n"
            "usage 8 0 0\n"
            "delta 0 text  from data ä漢🙂.\n"
            "usage 8 0 14\n"
            "stop 0\nfinish 0 \nend\n");
}

TEST(GeminiStream, ThoughtsComeBeforeTextAndTheSignatureBehind) {
  EXPECT_EQ(read_file("thinking"),
            "start VDHdaMPgKvqDmtkP3PXF8Ac gemini-2.5-flash\n"
            "block 0 reasoning   \n"
            "delta 0 text **Adding**\n"
            "usage 8 0 0\n"
            "delta 0 text  Two and two.\n"
            "stop 0\n"
            "block 1 text   \n"
            "delta 1 text 4\n"
            "stop 1\n"
            "block 2 reasoning   \n"
            "delta 2 signature google.Zm9vYg==\n"
            "stop 2\n"
            "usage 60 40 31\n"
            "finish 0 \nend\n");
}

TEST(GeminiStream, CallsAreBlocksOfTheirOwn) {
  const auto text = read_file("tool_calls");
  EXPECT_THAT(text, HasSubstr("stop 0\nblock 1 call call_"));
  EXPECT_THAT(text, HasSubstr("__sig0EjQKMgG-Lw8 get_current_temperature \n"
                              R"(delta 1 arguments {\"location\": \"Paris \\\"é\\\"\"})"
                              "\ndelta 1 signature EjQKMgG+Lw8=\nstop 1\nblock 2 call call_"));
  EXPECT_THAT(text, HasSubstr("delta 3 arguments {}\n"));
  EXPECT_THAT(text, EndsWith("finish 4 \nend\n"));
}

TEST(GeminiStream, ABlockedPromptIsAContentFilter) {
  EXPECT_EQ(read_file("blocked_prompt"), "start  gemini-2.5-flash\nusage 8 0 0\nfinish 5 \nend\n");
}

TEST(GeminiStream, TheFinishIsToldOnceAtTheEnd) {
  EXPECT_THAT(read_file("finish_early_and_twice"),
              AllOf(HasSubstr("delta 0 text  two\n"), EndsWith("stop 0\nfinish 0 \nend\n")));
}

TEST(GeminiStream, EmptyChunksSayNothing) {
  EXPECT_EQ(read_file("max_tokens_empty"),
            "start VDHdaMPgKvqDmtkP3PXF8Ac gemini-2.5-flash\nusage 8 0 0\nusage 8 0 97\n"
            "finish 2 \nend\n");
  EXPECT_THAT(read_file("malformed_call"), EndsWith("finish 8 \nend\n"));
}

TEST(GeminiStream, ErrorsAreTheLastStep) {
  EXPECT_THAT(read_file("error_behind"),
              EndsWith("error 503 UNAVAILABLE The model is overloaded. Please try again later.\n"));
  EXPECT_THAT(read_file("error_event"),
              EndsWith("error 429 RESOURCE_EXHAUSTED Resource has been exhausted (e.g. check "
                       "quota).\n"));
}

TEST(GeminiStream, GroundingBecomesCitations) {
  EXPECT_THAT(read_file("grounding"),
              HasSubstr(R"(delta 0 citation {"type":"web_search_result_location")"));
}

// Without alt=sse, the same chunks are the elements of an array.
TEST(GeminiStream, AnArrayIsTheSameStream) {
  std::string sse;
  std::string array;
  for (const auto* chunk :
       {R"({"candidates":[{"content":{"parts":[{"text":"a ] } \" \\"}]}}],"modelVersion":"m"})",
        R"({"candidates":[{"content":{"parts":[{"text":"[{"}]},"finishReason":"STOP"}]})"}) {
    sse += "data: " + std::string(chunk) + "\n\n";
    array += (array.empty() ? "[" : "\n,\r\n") + std::string(chunk);
  }
  array += "\n]\n";
  EXPECT_EQ(read(array), read(sse));
  EXPECT_THAT(read(sse), EndsWith("end\n"));
  // An array that breaks off within a chunk has no end.
  EXPECT_THAT(read(array.substr(0, array.size() - 8)), Not(HasSubstr("end\n")));
}

TEST(GeminiStream, AWholeReplyWhereAStreamWasAskedIsRead) {
  EXPECT_THAT(read(read_case("reply_text.gemini.json")),
              AllOf(HasSubstr("delta 0 text AI learns"), EndsWith("finish 0 \nend\n")));
}

TEST(GeminiStream, AnErrorInAnArrayIsRead) {
  EXPECT_THAT(read(R"([{"error":{"code":400,"message":"bad","status":"INVALID_ARGUMENT"}}])"),
              EndsWith("error 400 INVALID_ARGUMENT bad\n"));
  // A status that is none.
  EXPECT_THAT(read("data: {\"error\":{\"code\":7}}\n\n"), HasSubstr("error 502"));
}

TEST(GeminiStream, AChunkOverTheLimitIsRefusedInEitherFraming) {
  const std::string long_text(100, 'x');
  for (const auto& stream :
       {"data: {\"a\":\"" + long_text + "\"}\n\n", "[{\"a\":\"" + long_text + "\"}]"}) {
    ChunkScanner whole(200);
    whole.feed(stream);
    EXPECT_TRUE(whole.next());
    ChunkScanner small(50);
    small.feed(std::string_view(stream).substr(0, 80));
    const auto chunk = small.next();
    ASSERT_FALSE(chunk);
    EXPECT_EQ(chunk.error().code, ErrorCode::kLimit);
  }
}

// An image of two megabytes comes in one chunk, in many pieces.
TEST(GeminiStream, AnImageComesWhole) {
  const std::string image(2'000'000, 'A');
  const auto stream =
      R"(data: {"candidates":[{"content":{"parts":[{"inlineData":{"mimeType":"image/png","data":")" +
      image + R"("}}]},"finishReason":"STOP"}]})" + "\n\n";
  GenerateContentStreamReader reader("exchange");
  std::vector<std::string_view> pieces;
  for (std::size_t at = 0; at < stream.size(); at += 16'384) {
    pieces.push_back(std::string_view(stream).substr(at, 16'384));
  }
  EXPECT_THAT(read_pieces(reader, pieces), EndsWith(image + ")\nstop 0\nfinish 0 \nend\n"));
}

TEST(GeminiStream, ACallInPiecesIsAnError) {
  const auto text =
      read(R"(data: {"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","partialArgs":)"
           R"([{"jsonPath":"$.x","stringValue":"a"}],"willContinue":true}},{"text":"x"}]},)"
           R"("finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":1}})"
           "\n\n");
  EXPECT_THAT(text, HasSubstr("error 502"));
  EXPECT_THAT(text, Not(HasSubstr("grammar:")));
  EXPECT_THAT(text, Not(HasSubstr("end\n")));
}

TEST(GeminiStream, ACutStreamHasNoEnd) {
  const auto whole = read_case("stream_text.gemini.sse");
  const auto cut = whole.substr(0, whole.rfind("data:"));
  EXPECT_THAT(read(cut), Not(HasSubstr("end\n")));
  EXPECT_EQ(read(""), "");
  EXPECT_EQ(read("<html><body>502</body></html>"), "");
}

TEST(GeminiStream, WhatIsNoJsonFails) {
  EXPECT_THAT(read("data: {nonsense\n\n"), HasSubstr("failed: JSON error"));
}

TEST(GeminiStream, TheLastBlankLineMayBeMissing) {
  const auto whole = read_case("stream_text.gemini.sse");
  EXPECT_THAT(read(whole.substr(0, whole.size() - 4)), EndsWith("end\n"));
}

// ---- The writer.

std::string write(const std::vector<ReplyStep>& steps) {
  GenerateContentStreamWriter writer(Caller{.model = "alias", .fallback_id = "fallback"});
  std::string out;
  for (const auto& step : steps) writer.write(step, out);
  return out;
}

TEST(GeminiStreamWriter, EveryCaseComesBackAsTheSameSteps) {
  const auto names = find_cases("stream_", ".gemini.sse");
  EXPECT_GE(names.size(), 8U);
  for (const auto& name : names) {
    SCOPED_TRACE(name);
    const auto stream = read_case(name);
    GenerateContentStreamReader reader("exchange");
    GenerateContentStreamWriter writer(
        Caller{.model = "gemini-2.5-flash", .fallback_id = "fallback"});
    std::string out;
    std::vector<ReplyStep> steps;
    ASSERT_TRUE(reader.feed(stream, steps));
    for (const auto& step : steps) writer.write(step, out);
    steps.clear();
    ASSERT_TRUE(reader.finish(steps));
    for (const auto& step : steps) writer.write(step, out);
    const auto again = read(out);
    EXPECT_EQ(again.ends_with("end\n"), read(stream).ends_with("end\n"));
    EXPECT_THAT(again, Not(HasSubstr("grammar:")));
    EXPECT_THAT(again, Not(HasSubstr("failed:")));
  }
}

TEST(GeminiStreamWriter, TextGoesOutAtOnceAndTheEndLast) {
  BlockDelta delta;
  delta.text = {"Hi \\n"};
  Usage usage;
  usage.input_uncached = TokenCount(3);
  usage.output = TokenCount(2);
  EXPECT_EQ(
      write({ReplyStart{.id = "r1", .model = "m"}, BlockStart{}, delta, BlockStop{},
             ReplyUsage{usage}, ReplyFinish{FinishReason::kLength, {}}, Ping{}, ReplyEnd{}}),
      R"(data: {"candidates":[{"content":{"parts":[{"text":"Hi \n"}],"role":"model"},"index":0}],)"
      R"("modelVersion":"alias","responseId":"r1"})"
      "\n\n"
      R"(data: {"candidates":[{"content":{"parts":[{"text":""}],"role":"model"},)"
      R"("finishReason":"MAX_TOKENS","index":0}],"usageMetadata":{"promptTokenCount":3,)"
      R"("candidatesTokenCount":2,"totalTokenCount":5},"modelVersion":"alias","responseId":"r1"})"
      "\n\n");
}

TEST(GeminiStreamWriter, ACallGoesOutWhole) {
  BlockStart start;
  start.kind = BlockStart::Kind::kToolCall;
  start.id = {"toolu_1"};
  start.name = {"f"};
  BlockDelta first;
  first.kind = BlockDelta::Kind::kArguments;
  first.text = {R"({\"a\":\"\u00)"};
  auto second = first;
  second.text = {R"(e4\"})"};
  EXPECT_THAT(write({ReplyStart{}, start, first, second, BlockStop{}}),
              HasSubstr(R"({"functionCall":{"id":"toolu_1","name":"f","args":{"a":"ä"}}})"));
}

TEST(GeminiStreamWriter, AnErrorHasNoEndBehindIt) {
  ReplyError error;
  error.status = 529;
  error.type = "overloaded_error";
  error.message = "Overloaded";
  EXPECT_EQ(
      write({ReplyStart{}, error}),
      "data: {\"error\":{\"code\":529,\"message\":\"Overloaded\",\"status\":\"INTERNAL\"}}\n\n");
}

}  // namespace
}  // namespace tidegate::llm::gemini
