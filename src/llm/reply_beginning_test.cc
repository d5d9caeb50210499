#include "llm/reply_beginning.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "llm/dialect/bedrock/write_frame.h"

namespace tidegate::llm {
namespace {

using Shape = ReplyBeginning::Shape;

struct Case {
  const char* name;
  Shape shape;
  const char* text;
  ReplyKind kind;
};

constexpr Case kCases[] = {
    {"ChatRole", Shape::kEvents,
     "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":"
     "null}]}\n\n",
     ReplyKind::kNothingYet},
    {"ChatText", Shape::kEvents,
     "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n"
     "data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"}}]}\n\n",
     ReplyKind::kOutput},
    {"ChatToolCall", Shape::kEvents,
     "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0}]}}]}\n\n", ReplyKind::kOutput},
    {"ChatReasoning", Shape::kEvents,
     "data: {\"choices\":[{\"delta\":{\"content\":null,\"reasoning_content\":\"hm\"}}]}\n\n",
     ReplyKind::kOutput},
    {"ChatError", Shape::kEvents,
     ": OPENROUTER PROCESSING\n\ndata: {\"error\":{\"message\":\"overloaded\",\"code\":502}}\n\n",
     ReplyKind::kError},
    {"ChatErrorNull", Shape::kEvents,
     "data: {\"error\":null,\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n",
     ReplyKind::kOutput},
    {"ChatFilter", Shape::kEvents,
     "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"content_filter\"}]}\n\n",
     ReplyKind::kContentPolicy},
    {"ChatStop", Shape::kEvents,
     "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n", ReplyKind::kOutput},
    {"Done", Shape::kEvents, "data: [DONE]\n\n", ReplyKind::kOutput},
    {"ResponsesStart", Shape::kEvents,
     "event: response.created\ndata: {\"type\":\"response.created\",\"response\":{\"id\":\"r\","
     "\"error\":null,\"output\":[],\"text\":{\"format\":{\"type\":\"text\"}},\"reasoning\":{"
     "\"effort\":null}}}\n\n",
     ReplyKind::kNothingYet},
    {"ResponsesFailed", Shape::kEvents,
     "event: response.failed\ndata: {\"type\":\"response.failed\",\"response\":{\"error\":{"
     "\"code\":\"server_error\"}}}\n\n",
     ReplyKind::kError},
    {"ResponsesDelta", Shape::kEvents,
     "data: {\"type\":\"response.output_text.delta\",\"delta\":\"a\"}\n\n", ReplyKind::kOutput},
    {"MessagesStart", Shape::kEvents,
     "event: message_start\r\ndata: {\"type\":\"message_start\",\"message\":{\"content\":[],"
     "\"stop_reason\":null}}\r\n\r\nevent: ping\r\ndata: {\"type\":\"ping\"}\r\n\r\n"
     "event: content_block_start\r\ndata: {\"type\":\"content_block_start\",\"content_block\":{"
     "\"type\":\"text\",\"text\":\"\"}}\r\n\r\n",
     ReplyKind::kNothingYet},
    {"MessagesError", Shape::kEvents,
     "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\"}}\n\n",
     ReplyKind::kError},
    {"MessagesRefusal", Shape::kEvents,
     "data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"refusal\"}}\n\n",
     ReplyKind::kContentPolicy},
    {"GeminiText", Shape::kEvents,
     "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"a\"}]}}]}\n\n",
     ReplyKind::kOutput},
    {"GeminiBlocked", Shape::kEvents, "data: {\"promptFeedback\":{\"blockReason\":\"SAFETY\"}}\n\n",
     ReplyKind::kContentPolicy},
    {"WholeError", Shape::kWhole, "{\"error\":{\"message\":\"no\"}}", ReplyKind::kError},
    {"WholeErrorOnLines", Shape::kWhole, "{\n  \"error\": {\n    \"code\": 503\n  }\n}",
     ReplyKind::kError},
    {"ListOfErrors", Shape::kWhole, "[{\n  \"error\": {\n    \"code\": 503\n  }\n}\n]",
     ReplyKind::kError},
    {"DocumentCalledAStream", Shape::kEvents, "\n{\"error\":{\"message\":\"no\"}}",
     ReplyKind::kError},
    {"StreamCalledADocument", Shape::kDocument, "data: {\"error\":{\"message\":\"no\"}}\n\n",
     ReplyKind::kError},
    {"ResponsesCompleted", Shape::kEvents,
     "data: {\"type\":\"response.completed\",\"response\":{\"error\":null}}\n\n",
     ReplyKind::kOutput},
    {"WholeStarts", Shape::kWhole, "{\"id\":\"c\",\"choices\":[", ReplyKind::kNothingYet},
};

TEST(ReplyBeginning, TellsWhatABeginningIs) {
  for (const Case& one : kCases) {
    ReplyBeginning start(one.shape);
    EXPECT_EQ(start.look(one.text, false), one.kind) << one.name;
  }
}

TEST(ReplyBeginning, TellsTheSameHoweverEventsAreCut) {
  for (const Case& one : kCases) {
    if (one.shape != Shape::kEvents) continue;
    const std::string_view text = one.text;
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
      ReplyBeginning start(one.shape);
      start.look(text.substr(0, cut), false);
      EXPECT_EQ(start.look(text, false), one.kind) << one.name << " cut at " << cut;
    }
  }
}

std::string frames(std::initializer_list<std::pair<const char*, const char*>> events) {
  std::string out;
  for (const auto& [type, json] : events) bedrock::append_event(out, type, json);
  return out;
}

TEST(ReplyBeginning, ReadsBinaryEventsHoweverTheyAreCut) {
  const std::string start = frames({{"messageStart", R"({"role":"assistant"})"}});
  std::string exception = start;
  bedrock::append_exception(exception, "throttlingException", R"({"message":"slow down"})");
  // {"type":"error","error":{"type":"overloaded_error"}}
  const std::string chunk = frames(
      {{"chunk",
        R"({"bytes":"eyJ0eXBlIjoiZXJyb3IiLCJlcnJvciI6eyJ0eXBlIjoib3ZlcmxvYWRlZF9lcnJvciJ9fQ=="})"}});
  const std::pair<std::string, ReplyKind> cases[] = {
      {start, ReplyKind::kNothingYet},
      {exception, ReplyKind::kError},
      {chunk, ReplyKind::kError},
      {frames({{"chunk", R"({"bytes":"%"})"}}), ReplyKind::kError},
      {start + std::string(32, 'x'), ReplyKind::kError},
      {start + frames({{"contentBlockDelta", R"({"delta":{"text":"a"}})"}}), ReplyKind::kOutput},
      {frames({{"messageStop", R"({"stopReason":"guardrail_intervened"})"}}),
       ReplyKind::kContentPolicy},
  };
  for (const auto& [text, kind] : cases) {
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
      ReplyBeginning reply(Shape::kBinaryEvents);
      reply.look(std::string_view(text).substr(0, cut), false);
      EXPECT_EQ(reply.look(text, false), kind) << "cut at " << cut;
    }
  }
}

TEST(ReplyBeginning, AnEndTellsWhatAReplyWas) {
  const auto look = [](Shape shape, std::string_view text) {
    return ReplyBeginning(shape).look(text, true);
  };
  EXPECT_EQ(look(Shape::kEvents, ""), ReplyKind::kError);
  EXPECT_EQ(look(Shape::kEvents, "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\"}}]}\n\n"),
            ReplyKind::kError);
  EXPECT_EQ(look(Shape::kBinaryEvents, ""), ReplyKind::kError);
  EXPECT_EQ(look(Shape::kWhole, "{\"choices\":[{\"finish_reason\":\"content_filter\"}]}"),
            ReplyKind::kContentPolicy);
  EXPECT_EQ(look(Shape::kWhole, "{\"status\":\"failed\",\"error\":{\"code\":\"server_error\"}}"),
            ReplyKind::kError);
  EXPECT_EQ(look(Shape::kWhole, "{\"error\":null,\"choices\":[]}"), ReplyKind::kOutput);
  EXPECT_EQ(look(Shape::kWhole, "RIFF"), ReplyKind::kOutput);
  EXPECT_EQ(look(Shape::kDocument, "RIFF"), ReplyKind::kError);
}

TEST(ReplyBeginning, AnErrorAfterOutputIsNoReasonAnyMore) {
  ReplyBeginning start(Shape::kEvents);
  EXPECT_EQ(start.look("data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n"
                       "data: {\"error\":{\"message\":\"no\"}}\n\n",
                       false),
            ReplyKind::kOutput);
}

TEST(ReplyBeginning, IsBoundedInBytesAndEvents) {
  ReplyBeginning bytes(Shape::kEvents);
  EXPECT_TRUE(bytes.full(std::string(ReplyBeginning::kMaxHeldBytes, ':')));
  ReplyBeginning events(Shape::kEvents);
  std::string pings;
  for (std::size_t i = 0; i < ReplyBeginning::kMaxHeldEvents; ++i) pings += "data: {}\n\n";
  EXPECT_EQ(events.look(pings, false), ReplyKind::kNothingYet);
  EXPECT_TRUE(events.full(pings));
}

TEST(ReadRefusal, KnowsFullWindowsAndPolicies) {
  const auto read = [](std::string_view body) {
    return read_refusal(400, "application/json", body);
  };
  EXPECT_EQ(read(R"({"error":{"message":"x","code":"context_length_exceeded"}})"),
            Refusal::kContextWindow);
  EXPECT_EQ(read(R"({"type":"error","error":{"type":"invalid_request_error",)"
                 R"("message":"prompt is too long: 250000 tokens > 200000 maximum"}})"),
            Refusal::kContextWindow);
  EXPECT_EQ(read(R"({"error":{"code":400,"message":"The input token count (1) exceeds"}})"),
            Refusal::kContextWindow);
  EXPECT_EQ(read(R"({"error":{"code":"content_filter","message":"The response was filtered"}})"),
            Refusal::kContentPolicy);
  EXPECT_EQ(read(R"({"error":{"code":null,"message":"missing parameter"}})"), Refusal::kOther);
  EXPECT_EQ(read("<html>"), Refusal::kOther);
}

}  // namespace
}  // namespace tidegate::llm
