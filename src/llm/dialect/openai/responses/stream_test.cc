#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "json/cursor.h"
#include "json/scan.h"
#include "llm/conversation/cases_fixture.h"
#include "llm/conversation/steps_fixture.h"
#include "llm/dialect/openai/chat/stream_reader.h"
#include "llm/dialect/openai/chat/stream_writer.h"
#include "llm/dialect/openai/responses/stream_reader.h"
#include "llm/dialect/openai/responses/stream_writer.h"

namespace tidegate::llm::openai {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::string read(std::string_view stream) {
  return read_every_split(stream, [] { return std::make_unique<ResponsesStreamReader>(); });
}

std::string load(const std::string& name) { return read_case("stream_" + name + ".responses.sse"); }

Caller make_caller() {
  Caller caller;
  caller.model = "asked";
  caller.fallback_id = "x1";
  caller.now = 7;
  return caller;
}

std::string convert(std::string_view stream, StreamReader& reader, StreamWriter& writer) {
  std::vector<ReplyStep> steps;
  std::string out;
  EXPECT_TRUE(reader.feed(stream, steps));
  for (const auto& step : steps) writer.write(step, out);
  steps.clear();
  EXPECT_TRUE(reader.finish(steps));
  for (const auto& step : steps) writer.write(step, out);
  return out;
}

std::string write(std::string_view stream) {
  ResponsesStreamReader reader;
  ResponsesStreamWriter writer(make_caller());
  return convert(stream, reader, writer);
}

// The types of the events, each with the start that all share left out; the numbers are checked.
std::string types(std::string_view stream) {
  http::SseScanner scanner;
  scanner.feed(stream);
  http::SseEvent event;
  std::string out;
  std::uint64_t number = 0;
  for (;;) {
    const auto more = scanner.next(event);
    if (!more || !*more) return out;
    if (!event.has_data) continue;  // a ping
    EXPECT_TRUE(json::validate(event.data, Origin::kInternal)) << event.data;
    EXPECT_EQ(json::find_member(event.data, "sequence_number"), std::to_string(number++));
    EXPECT_EQ(json::unquote(json::find_member(event.data, "type").value_or("")), event.type);
    out.append(event.type.substr(event.type.find('.') + 1)).append("\n");
  }
}

TEST(ResponsesStream, EveryCaseReadsTheSameFromWhatIsWritten) {
  const auto names = find_cases("stream_", ".responses.sse");
  EXPECT_GE(names.size(), 10U);
  for (const auto& name : names) {
    SCOPED_TRACE(name);
    const auto first = write(read_case(name));
    EXPECT_EQ(first, write(first));
    EXPECT_THAT(read(read_case(name)), Not(HasSubstr("grammar")));
  }
}

TEST(ResponsesStream, EveryChatCaseCrossesAndBack) {
  for (const auto& name : find_cases("stream_", ".chat.sse")) {
    SCOPED_TRACE(name);
    ChatStreamReader chat_reader;
    ResponsesStreamWriter writer(make_caller());
    const auto events = convert(read_case(name), chat_reader, writer);
    types(events);
    ResponsesStreamReader reader;
    ChatStreamWriter chat_writer(make_caller());
    const auto chat = convert(events, reader, chat_writer);
    const bool ended = events.find("event: response.completed") != events.npos ||
                       events.find("event: response.incomplete") != events.npos;
    EXPECT_EQ(chat.ends_with("data: [DONE]\n\n"), ended);
  }
}

TEST(ResponsesStream, ReadsTheDocumentedStreams) {
  EXPECT_EQ(read(load("text")),
            "start resp_1 gpt-5-2025-08-07\nblock 0 text   \n"
            "delta 0 text Hello \\\"you\\\" ä漢🙂\\n\nstop 0\nusage 5 4 5\nfinish 0 \nend\n");
  EXPECT_EQ(read(load("tool_calls")),
            "start resp_1 gpt-5-2025-08-07\nblock 0 call call_a get_weather \n"
            "delta 0 arguments {\\\"city\\\":\\\"Paris\\\"}\nstop 0\n"
            "block 1 call call_b now \nstop 1\nusage 5 4 5\nfinish 4 \nend\n");
  EXPECT_EQ(read(load("reasoning")),
            "start resp_1 gpt-5-2025-08-07\nblock 0 reasoning rs_1  \n"
            "delta 0 text First\\n\\nSecond\ndelta 0 encrypted gAAAA==\nstop 0\n"
            "block 1 text   \ndelta 1 text 42\nstop 1\nusage 5 4 5\nfinish 0 \nend\n");
  EXPECT_EQ(read(load("refusal")),
            "start resp_1 gpt-5-2025-08-07\nblock 0 refusal   \ndelta 0 text I cannot.\nstop 0\n"
            "finish 6 \nend\n");
  EXPECT_THAT(read(load("length")), EndsWith("usage 5 4 5\nfinish 2 \nend\n"));
  EXPECT_THAT(read(load("custom_tool")),
              HasSubstr("block 0 call call_c code \ndelta 0 arguments print(\\\"x\\\")\nstop 0\n"));
}

TEST(ResponsesStream, WhatNoDeltaToldIsToldByTheItems) {
  constexpr std::string_view kBlocks =
      "block 0 text   \ndelta 0 text Once\nstop 0\n"
      "block 1 call call_a f \ndelta 1 arguments {}\nstop 1\n";
  EXPECT_EQ(read(load("items_only")), "start  \n" + std::string(kBlocks) + "finish 4 \nend\n");
  EXPECT_EQ(read(load("completed_only")), "start resp_1 gpt-5-2025-08-07\n" + std::string(kBlocks) +
                                              "usage 5 4 5\nfinish 4 \nend\n");
  EXPECT_THAT(read(load("whole_reply")), EndsWith("usage 5 4 5\nfinish 0 \nend\n"));
}

TEST(ResponsesStream, ErrorsAreTheLastStepAndACutHasNoEnd) {
  EXPECT_THAT(read(load("failed")), EndsWith("delta 0 text Once\nerror 429  Too many requests\n"));
  EXPECT_THAT(read(load("error")), EndsWith(" The server had an error\n"));
  EXPECT_EQ(read(load("error_first")), "error 429 requests Rate limit reached\n");
  EXPECT_THAT(read(load("cut")), EndsWith("delta 0 text Once\n"));
  EXPECT_THAT(read("data: hello\n\n"), StartsWith("failed: JSON error"));
}

TEST(ResponsesStream, WritesTheEventsOfAMessageInTheirOrder) {
  EXPECT_EQ(types(write(load("text"))),
            "created\nin_progress\noutput_item.added\ncontent_part.added\noutput_text.delta\n"
            "output_text.delta\noutput_text.done\ncontent_part.done\noutput_item.done\n"
            "completed\n");
  EXPECT_EQ(types(write(load("refusal"))),
            "created\nin_progress\noutput_item.added\ncontent_part.added\nrefusal.delta\n"
            "refusal.delta\nrefusal.done\ncontent_part.done\noutput_item.done\ncompleted\n");
  EXPECT_EQ(types(write(load("length"))),
            "created\nin_progress\noutput_item.added\ncontent_part.added\noutput_text.delta\n"
            "output_text.done\ncontent_part.done\noutput_item.done\nincomplete\n");
}

TEST(ResponsesStream, WritesTheEventsOfCallsAndReasoningInTheirOrder) {
  EXPECT_EQ(types(write(load("tool_calls"))),
            "created\nin_progress\n"
            "output_item.added\nfunction_call_arguments.delta\nfunction_call_arguments.delta\n"
            "function_call_arguments.done\noutput_item.done\n"
            "output_item.added\nfunction_call_arguments.delta\nfunction_call_arguments.done\n"
            "output_item.done\ncompleted\n");
  EXPECT_EQ(types(write(load("custom_tool"))),
            "created\nin_progress\noutput_item.added\ncustom_tool_call_input.delta\n"
            "custom_tool_call_input.delta\ncustom_tool_call_input.done\noutput_item.done\n"
            "completed\n");
  EXPECT_THAT(types(write(load("reasoning"))),
              StartsWith("created\nin_progress\noutput_item.added\nreasoning_summary_part.added\n"
                         "reasoning_summary_text.delta\nreasoning_summary_text.delta\n"
                         "reasoning_summary_text.delta\nreasoning_summary_text.done\n"
                         "reasoning_summary_part.done\noutput_item.done\noutput_item.added\n"));
  EXPECT_THAT(types(write(load("citations"))), HasSubstr("output_text.annotation.added\n"));
}

TEST(ResponsesStream, TheLastEventHoldsTheWholeAnswer) {
  const auto text = write(load("tool_calls"));
  const auto last = text.substr(text.rfind("event: "));
  EXPECT_THAT(last, HasSubstr(R"("status":"completed")"));
  EXPECT_THAT(last, HasSubstr(R"("output":[{"id":"fc_1_0","type":"function_call",)"
                              R"("status":"completed","arguments":"{\"city\":\"Paris\"}",)"
                              R"("call_id":"call_a","name":"get_weather"},{"id":"fc_1_1",)"
                              R"("type":"function_call","status":"completed","arguments":"{}")"));
  EXPECT_THAT(last, HasSubstr(R"("usage":{"input_tokens":9,)"));
}

TEST(ResponsesStream, TextsInARowArePartsOfOneMessage) {
  ResponsesStreamWriter writer(make_caller());
  std::string out;
  writer.write(ReplyStart{}, out);
  for (const std::uint32_t index : {0U, 1U}) {
    BlockStart start;
    start.index = index;
    writer.write(start, out);
    writer.write(BlockDelta{.index = index, .kind = BlockDelta::Kind::kText, .text = {"a"}}, out);
    writer.write(BlockStop{index}, out);
  }
  writer.write(ReplyEnd{}, out);
  EXPECT_EQ(types(out),
            "created\nin_progress\noutput_item.added\n"
            "content_part.added\noutput_text.delta\noutput_text.done\ncontent_part.done\n"
            "content_part.added\noutput_text.delta\noutput_text.done\ncontent_part.done\n"
            "output_item.done\ncompleted\n");
  EXPECT_THAT(out, HasSubstr(R"("content_index":1)"));
  EXPECT_THAT(out, HasSubstr(R"({"id":"resp_x1",)"));
}

TEST(ResponsesStream, AFailureIsTheLastEvent) {
  const auto text = write(load("failed"));
  EXPECT_THAT(text.substr(text.rfind("event: ")), StartsWith(R"(event: response.failed
data: {"type":"response.failed","sequence_number":5,"response":{"id":"resp_1",)"));
}

}  // namespace
}  // namespace tidegate::llm::openai
