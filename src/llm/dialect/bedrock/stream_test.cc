#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "llm/conversation/cases_fixture.h"
#include "llm/conversation/steps_fixture.h"
#include "llm/dialect/bedrock/frames_fixture.h"
#include "llm/dialect/bedrock/stream_reader.h"
#include "llm/dialect/bedrock/stream_writer.h"

namespace tidegate::llm::bedrock {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

std::string frames_of(const std::string& name) {
  return encode_frames(read_case("stream_" + name + ".eventstream.json"));
}

std::string read(std::string_view stream) {
  return read_every_split(stream, [] { return std::make_unique<ConverseStreamReader>(); });
}

struct Case {
  std::string name;
  std::string steps;
};

TEST(ConverseStream, IsReadAsStepsAtEverySplit) {
  const std::vector<Case> cases{
      {"text",
       "start  \nblock 0 text   \ndelta 0 text Hello! é—\\\"q\\\"\\n\nstop 0\nfinish 0 \n"
       "usage 12 0 6\nend\n"},
      {"tools",
       "start  \nblock 0 text   \ndelta 0 text Okay\nstop 0\n"
       "block 1 call tooluse_01 get_weather \n"
       "delta 1 arguments {\\\"city\\\": \\\"San Fran\\\\u00e7ois\\\"}\nstop 1\n"
       "block 2 call tooluse_02 now \nstop 2\nfinish 4 \nusage 12 0 6\nend\n"},
      {"reasoning",
       "start  \nblock 0 reasoning   \ndelta 0 text Let me see\n"
       "delta 0 signature EqQBCgIYAhIM1gbcDa9GJwZA2b3h/+==\nstop 0\n"
       "block 1 redacted   EmwKAhgBEgy3va3p\nstop 1\n"
       "block 2 text   \ndelta 2 text 27\nstop 2\nfinish 0 \nusage 12 0 6\nend\n"},
      {"cached",
       "start  \nblock 0 text   \ndelta 0 text x\nstop 0\nfinish 1 END\nusage 3 40 7\nend\n"},
      {"exception",
       "start  \nblock 0 text   \ndelta 0 text Hel\n"
       "error 500 modelStreamErrorException The model stopped\n"},
      {"exception_first",
       "error 429 throttlingException Too many tokens, please wait before trying again.\n"},
      {"error", "start  \nerror 500 InternalError An internal server error occurred\n"},
      {"no_metadata", "start  \nblock 0 text   \ndelta 0 text Hi\nstop 0\nfinish 2 \nend\n"},
      // Neither a finish nor an end: whoever reads the steps knows that it broke off.
      {"cut", "start  \nblock 0 text   \ndelta 0 text Hel\n"},
      {"format_tool",
       "start  \nblock 0 text   \ndelta 0 text {\\\"name\\\": \\\"Ann\\\"}\nstop 0\n"
       "finish 0 \nusage 12 0 6\nend\n"},
      {"odd",
       "start  \nblock 0 text   \ndelta 0 text no start\nstop 0\n"
       "block 1 text   \ndelta 1 text no stop\nstop 1\nfinish 0 \nusage 12 0 6\nend\n"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(read(frames_of(c.name + ".converse")), c.steps) << c.name;
  }
  EXPECT_THAT(read(frames_of("citation.converse")),
              HasSubstr(R"(delta 0 citation {"type":"char_location",)"
                        R"("cited_text":"The grass is green.","document_index":0,)"
                        R"("document_title":"Notes","start_char_index":0,"end_char_index":19})"));
}

TEST(ConverseStream, ThatIsBrokenFails) {
  const auto good = frames_of("text.converse");
  auto payload = good;
  payload[good.size() - 10] ^= 1;
  EXPECT_THAT(read(payload), EndsWith("failed: event stream: wrong checksum of a message\n"));
  auto length = good;
  length[3] ^= 1;
  EXPECT_EQ(read(length), "failed: event stream: wrong checksum of a prelude\n");
  EXPECT_EQ(read("HTTP/1.1 502 Bad Gateway"),
            "failed: event stream: wrong checksum of a prelude\n");
  std::string no_json;
  append_event(no_json, "contentBlockDelta", "hello");
  EXPECT_THAT(read(no_json), HasSubstr("failed: JSON error at byte 0"));
  std::string no_object;
  append_event(no_object, "contentBlockDelta", "[]");
  EXPECT_EQ(read(no_object), "failed: an event is no JSON object\n");
}

std::string write(std::string_view stream) {
  ConverseStreamReader reader;
  std::vector<ReplyStep> steps;
  EXPECT_TRUE(reader.feed(stream, steps));
  ConverseStreamWriter writer(Caller{.model = "m", .fallback_id = "x1"});
  std::string out;
  for (const auto& step : steps) writer.write(step, out);
  steps.clear();
  EXPECT_TRUE(reader.finish(steps));
  for (const auto& step : steps) writer.write(step, out);
  return out;
}

TEST(ConverseStream, ReadsTheSameWhenItIsWritten) {
  for (const auto& name : find_cases("stream_", ".converse.eventstream.json")) {
    SCOPED_TRACE(name);
    const auto once = write(encode_frames(read_case(name)));
    EXPECT_EQ(show_frames(write(once)), show_frames(once));
  }
}

TEST(ConverseStream, IsWrittenAsClientsExpectIt) {
  EXPECT_EQ(
      show_frames(write(frames_of("tools.converse"))),
      R"(messageStart {"role":"assistant"})"
      "\n"
      R"(contentBlockDelta {"delta":{"text":"Okay"},"contentBlockIndex":0})"
      "\n"
      R"(contentBlockStop {"contentBlockIndex":0})"
      "\n"
      R"(contentBlockStart {"start":{"toolUse":{"toolUseId":"tooluse_01","name":"get_weather"}},)"
      R"("contentBlockIndex":1})"
      "\n"
      R"(contentBlockDelta {"delta":{"toolUse":{"input":"{\"city\": \"San"}},"contentBlockIndex":1})"
      "\n"
      R"(contentBlockDelta {"delta":{"toolUse":{"input":" Fran\\u00e7ois\"}"}},"contentBlockIndex":1})"
      "\n"
      R"(contentBlockStop {"contentBlockIndex":1})"
      "\n"
      R"(contentBlockStart {"start":{"toolUse":{"toolUseId":"tooluse_02","name":"now"}},)"
      R"("contentBlockIndex":2})"
      "\n"
      R"(contentBlockDelta {"delta":{"toolUse":{"input":"{}"}},"contentBlockIndex":2})"
      "\n"
      R"(contentBlockStop {"contentBlockIndex":2})"
      "\n"
      R"(messageStop {"stopReason":"tool_use"})"
      "\n"
      R"(metadata {"usage":{"inputTokens":12,"outputTokens":6,"totalTokens":18,)"
      R"("cacheReadInputTokens":0,"cacheWriteInputTokens":0},"metrics":{"latencyMs":0}})"
      "\n");
}

TEST(ConverseStream, EndsWithAnExceptionAndNothingBehindIt) {
  EXPECT_EQ(show_frames(write(frames_of("exception_first.converse"))),
            R"(throttlingException {"message":"Too many tokens, please wait before trying again."})"
            "\n");
  EXPECT_THAT(show_frames(write(frames_of("exception.converse"))),
              EndsWith("internalServerException {\"message\":\"The model stopped\"}\n"));
  EXPECT_THAT(show_frames(write(frames_of("cut.converse"))), Not(HasSubstr("messageStop")));
}

TEST(ConverseStream, OfAnotherProviderHasNoEmptyBlocks) {
  ConverseStreamWriter writer(Caller{.model = "m", .fallback_id = "x1"});
  std::string out;
  const auto put = [&](const ReplyStep& step) { writer.write(step, out); };
  put(ReplyStart{});
  put(BlockStart{.index = 0, .kind = BlockStart::Kind::kText});
  put(BlockStop{0});
  put(BlockStart{.index = 1, .kind = BlockStart::Kind::kReasoning, .id = {"rs_1"}});
  put(BlockDelta{1, BlockDelta::Kind::kEncrypted, {"Z0FB"}});
  put(BlockStop{1});
  put(BlockStart{.index = 2, .kind = BlockStart::Kind::kToolCall, .name = {"f"}});
  put(BlockStop{2});
  put(Ping{});
  put(ReplyFinish{FinishReason::kToolCalls, {}});
  put(ReplyEnd{});
  const auto text = show_frames(out);
  EXPECT_THAT(text, HasSubstr(R"({"delta":{"reasoningContent":{"redactedContent":")"));
  EXPECT_THAT(text, HasSubstr(R"("toolUseId":"tooluse_x1_1","name":"f"}},"contentBlockIndex":1})"));
  EXPECT_THAT(text, HasSubstr(R"({"toolUse":{"input":"{}"}})"));
}

std::string read_invoke(std::string_view stream) {
  return read_every_split(stream, [] { return std::make_unique<InvokeStreamReader>(); });
}

TEST(InvokeStream, HoldsMessagesInChunks) {
  const auto text = frames_of("text.invoke");
  const std::string steps =
      "start msg_bdrk_01 claude-sonnet-4-5-20250929\nusage 25 0 1\n"
      "block 0 text   \ndelta 0 text Helło\nstop 0\nusage 25 0 15\nfinish 0 \nend\n";
  EXPECT_EQ(read_invoke(text), steps);
  EXPECT_EQ(read_invoke(frames_of("exception.invoke")),
            "start msg_bdrk_01 claude-sonnet-4-5-20250929\nusage 25 0 1\n"
            "error 503 serviceUnavailableException Bedrock is unable to process your request.\n");
  std::string bad;
  append_event(bad, "chunk", R"({"bytes":"%%%"})");
  EXPECT_EQ(read_invoke(bad), "failed: a chunk is no base64\n");
}

TEST(InvokeStream, ReadsTheSameWhenItIsWritten) {
  const auto through = [](const std::string& stream) {
    InvokeStreamReader reader;
    InvokeStreamWriter writer(Caller{.model = "claude-sonnet-4-5-20250929", .fallback_id = "x"});
    std::vector<ReplyStep> steps;
    EXPECT_TRUE(reader.feed(stream, steps));
    std::string out;
    for (const auto& step : steps) writer.write(step, out);
    return out;
  };
  const auto text = frames_of("text.invoke");
  EXPECT_EQ(read_invoke(through(text)), read_invoke(text));
  EXPECT_THAT(show_frames(through(frames_of("exception.invoke"))),
              EndsWith("serviceUnavailableException {\"message\":\"Bedrock is unable to process "
                       "your request.\"}\n"));
}

}  // namespace
}  // namespace tidegate::llm::bedrock
