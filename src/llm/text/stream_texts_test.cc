#include "llm/text/stream_texts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cctype>
#include <map>
#include <memory>
#include <tuple>

#include "http/sse.h"
#include "llm/conversation/cases_fixture.h"
#include "llm/conversation/dialect.h"
#include "llm/dialect/anthropic/stream_reader.h"
#include "llm/dialect/bedrock/frames_fixture.h"
#include "llm/dialect/bedrock/stream_reader.h"
#include "llm/dialect/gemini/stream_reader.h"
#include "llm/dialect/openai/chat/stream_reader.h"
#include "llm/dialect/openai/responses/stream_reader.h"
#include "llm/text/texts_fixture.h"

namespace tidegate::llm {
namespace {

using testing::HasSubstr;

constexpr Call kChat{Dialect::kOpenAi, Operation::kChatCompletions};
constexpr Call kResponses{Dialect::kOpenAi, Operation::kResponses};
constexpr Call kMessages{Dialect::kAnthropic, Operation::kMessages};
constexpr Call kGemini{Dialect::kGemini, Operation::kGenerateContent};
constexpr Call kConverse{Dialect::kBedrock, Operation::kConverse};

// "kind choice.part.inner text" for pieces, "whole channel text", "end scope choice.part".
std::string show(const EventTexts& event) {
  static constexpr std::string_view kKinds[] = {"text", "refusal", "reasoning", "call"};
  static constexpr std::string_view kScopes[] = {"part", "item", "choice", "all"};
  std::string out;
  for (const auto& [text, lane, whole] : event.texts) {
    if (whole) {
      out += "whole " + std::string(to_string(text.channel));
    } else {
      out += std::string(kKinds[static_cast<int>(lane.kind)]) + " " + std::to_string(lane.choice) +
             "." + std::to_string(lane.part) + "." + std::to_string(lane.inner);
    }
    out += (text.is_json ? " json " : " ") + std::string(text.plain) + "\n";
  }
  for (const auto& end : event.ends) {
    out += "end " + std::string(kScopes[static_cast<int>(end.scope)]) + " " +
           std::to_string(end.lane.choice) + "." + std::to_string(end.lane.part) + "\n";
  }
  return out;
}

std::string list(Call call, std::string_view type, std::string_view data) {
  Arena arena;
  EventTexts event;
  const auto result = list_event_texts(call, type, data, arena, event);
  return result ? show(event) : "failed: " + result.error().detail;
}

struct Case {
  Call call;
  std::string_view type;
  std::string_view data;
  std::string_view texts;
};

TEST(StreamTexts, OfEachEventAreListedWithTheirLane) {
  const std::vector<Case> cases{
      {kChat, "",
       R"({"choices":[{"index":1,"delta":{"content":"A","refusal":"N","reasoning_content":"R"}},
        {"index":0,"delta":{"tool_calls":[{"index":2,"function":{"name":"f","arguments":"{\"a"}},
          {"index":3,"custom":{"input":"i"}}],"function_call":{"arguments":"x"}},
          "finish_reason":"tool_calls"}]})",
       "text 1.0.0 A\nrefusal 1.0.0 N\nreasoning 1.0.0 R\ncall 0.2.0 json {\"a\n"
       "call 0.3.1 i\ncall 0.4294967295.0 json x\nend choice 0.0\n"},
      {kChat, "", "[DONE]", "end all 0.0\n"},
      {kChat, "", R"({"error":{"message":"m"}})", "end all 0.0\n"},
      {kChat, "", R"({"choices":[],"usage":{"total_tokens":1}})", ""},
      {{Dialect::kOpenAi, Operation::kCompletions},
       "",
       R"({"choices":[{"text":"A","index":1,"finish_reason":null}]})",
       "text 1.0.0 A\n"},
      {kResponses, "response.output_text.delta",
       R"({"type":"response.output_text.delta","output_index":1,"content_index":2,"delta":"A"})",
       "text 0.1.2 A\n"},
      {kResponses, "",
       R"({"type":"response.function_call_arguments.delta","output_index":1,"delta":"{"})",
       "call 0.1.0 json {\n"},
      {kResponses, "",
       R"({"type":"response.reasoning_text.delta","output_index":1,"content_index":1,"delta":"R"})",
       "reasoning 0.1.65537 R\n"},
      {kResponses, "",
       R"({"type":"response.output_text.done","output_index":1,"content_index":2,"text":"All"})",
       "whole assistant All\nend part 0.1\n"},
      {kResponses, "",
       R"({"type":"response.output_item.done","output_index":1,"item":{"type":"message",
        "content":[{"type":"output_text","text":"All"}]}})",
       "whole assistant All\nend item 0.1\n"},
      {kResponses, "",
       R"({"type":"response.completed","response":{"output":[{"type":"message","content":[
        {"type":"output_text","text":"All"}]}]}})",
       "whole assistant All\nend all 0.0\n"},
      {kMessages, "content_block_start",
       R"({"type":"content_block_start","index":1,"content_block":{"type":"text","text":"A"}})",
       "text 0.1.0 A\n"},
      {kMessages, "",
       R"({"type":"content_block_start","index":1,"content_block":{
        "type":"web_search_tool_result","content":[{"type":"web_search_result","title":"T"}]}})",
       "whole document T\n"},
      {kMessages, "",
       R"({"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"A"}})",
       "text 0.1.0 A\n"},
      {kMessages, "",
       R"({"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta",
        "partial_json":"{\"a"}})",
       "call 0.1.0 json {\"a\n"},
      {kMessages, "",
       R"({"type":"content_block_delta","index":1,"delta":{"type":"thinking_delta",
        "thinking":"R"}})",
       "reasoning 0.1.0 R\n"},
      {kMessages, "", R"({"type":"content_block_stop","index":1})", "end item 0.1\n"},
      {kMessages, "", R"({"type":"message_stop"})", "end all 0.0\n"},
      {kGemini, "",
       R"({"candidates":[{"content":{"parts":[{"text":"R","thought":true},{"text":"A"},
        {"functionCall":{"name":"f","args":{"a":"b"}}}]},"finishReason":"STOP","index":1}]})",
       "reasoning 1.0.0 R\ntext 1.0.0 A\nwhole tool_call b\nend choice 1.0\n"},
      {kConverse, "contentBlockDelta", R"({"contentBlockIndex":1,"delta":{"text":"A"}})",
       "text 0.1.0 A\n"},
      {kConverse, "contentBlockDelta",
       R"({"contentBlockIndex":1,"delta":{"toolUse":{"input":"{"}}})", "call 0.1.0 json {\n"},
      {kConverse, "contentBlockDelta",
       R"({"contentBlockIndex":1,"delta":{"reasoningContent":{"text":"R"}}})",
       "reasoning 0.1.0 R\n"},
      {kConverse, "contentBlockStop", R"({"contentBlockIndex":1})", "end item 0.1\n"},
      {kConverse, "messageStop", R"({"stopReason":"end_turn"})", "end all 0.0\n"},
      {{Dialect::kBedrock, Operation::kInvokeModel},
       "chunk",
       R"({"type":"content_block_delta","index":0,"delta":{"text":"A"}})",
       "text 0.0.0 A\n"},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(list(one.call, one.type, one.data), one.texts) << one.data;
  }
}

TEST(StreamTexts, OfAnEventThatIsNoJsonAreNone) {
  EXPECT_EQ(list(kChat, "", R"({"choices":[{"delta":{"cont)"), "");
  EXPECT_EQ(list(kChat, "", "5"), "");
}

// The texts of a stream by kind, joined. `split`: as the stream's own reader has them.
struct Joined {
  std::string text;
  std::string refusal;
  std::string reasoning;
  std::string calls;
  bool operator==(const Joined&) const = default;
};

class Listing {
 public:
  explicit Listing(Call call) : call_(call) {}

  void take(std::string_view type, std::string_view data) {
    Arena arena;
    EventTexts event;
    ASSERT_TRUE(list_event_texts(call_, type, data, arena, event));
    for (const auto& [text, lane, whole] : event.texts) {
      if (whole) continue;
      lanes_[{static_cast<int>(lane.kind), lane.choice, lane.part, lane.inner}] += text.plain;
    }
  }
  // Lanes in the order of their numbers, as a whole reply would have them.
  Joined joined() const {
    Joined all;
    for (const auto& [key, text] : lanes_) {
      std::string* const sums[] = {&all.text, &all.refusal, &all.reasoning, &all.calls};
      *sums[std::get<0>(key)] += text;
    }
    return all;
  }

 private:
  Call call_;
  std::map<std::tuple<int, std::uint32_t, std::uint32_t, std::uint32_t>, std::string> lanes_;
};

Joined list_sse(Call call, std::string_view stream, std::size_t cut) {
  Listing listing(call);
  http::SseScanner scanner;
  http::SseEvent event;
  const std::string halves[] = {std::string(stream.substr(0, cut)),
                                std::string(stream.substr(cut))};
  for (const auto& half : halves) {
    scanner.feed(half);
    for (auto more = scanner.next(event); more && *more; more = scanner.next(event)) {
      if (event.has_data) listing.take(event.type, event.data);
    }
  }
  if (scanner.finish(event) && event.has_data) listing.take(event.type, event.data);
  return listing.joined();
}

Joined list_frames(std::string_view stream, std::size_t cut) {
  Listing listing(kConverse);
  bedrock::FrameReader reader;
  bedrock::Frame frame;
  const std::string halves[] = {std::string(stream.substr(0, cut)),
                                std::string(stream.substr(cut))};
  for (const auto& half : halves) {
    reader.feed(half);
    for (auto more = reader.next(frame); more && *more; more = reader.next(frame)) {
      listing.take(frame.event_type, frame.payload);
    }
  }
  return listing.joined();
}

// What the dialect's own reader makes of the stream.
Joined read(StreamReader& reader, std::string_view stream) {
  std::vector<ReplyStep> steps;
  EXPECT_TRUE(reader.feed(stream, steps));
  Joined all;
  std::vector<BlockStart::Kind> kinds;
  Arena arena;
  const auto take = [&](const std::vector<ReplyStep>& some) {
    for (const auto& step : some) {
      if (const auto* start = std::get_if<BlockStart>(&step)) kinds.push_back(start->kind);
      const auto* delta = std::get_if<BlockDelta>(&step);
      if (delta == nullptr) continue;
      const auto text = json::unescape(delta->text, arena);
      const auto kind = kinds[delta->index];
      if (delta->kind == BlockDelta::Kind::kArguments) all.calls += text;
      if (delta->kind != BlockDelta::Kind::kText) continue;
      if (kind == BlockStart::Kind::kText) all.text += text;
      if (kind == BlockStart::Kind::kRefusal) all.refusal += text;
      if (kind == BlockStart::Kind::kReasoning) all.reasoning += text;
    }
  };
  take(steps);
  steps.clear();
  EXPECT_TRUE(reader.finish(steps));
  take(steps);
  return all;
}

std::unique_ptr<StreamReader> make_reader(Call call) {
  if (call == kMessages) return std::make_unique<anthropic::MessagesStreamReader>();
  if (call == kGemini) return std::make_unique<gemini::GenerateContentStreamReader>("x");
  if (call == kConverse) return std::make_unique<bedrock::ConverseStreamReader>();
  if (call == kResponses) return std::make_unique<openai::ResponsesStreamReader>();
  return std::make_unique<openai::ChatStreamReader>();
}

struct StreamCase {
  Call call;
  std::string name;
};

TEST(StreamTexts, AddUpToWhatTheReaderOfTheDialectReadsAtEveryCut) {
  const std::vector<StreamCase> cases{
      {kChat, "text.chat.sse"},
      {kChat, "reasoning.chat.sse"},
      {kChat, "refusal.chat.sse"},
      {kChat, "tool_calls.chat.sse"},

      {kChat, "interleaved_calls.chat.sse"},
      {kResponses, "text.responses.sse"},
      {kResponses, "refusal.responses.sse"},
      {kResponses, "length.responses.sse"},
      {kMessages, "text.messages.sse"},
      {kMessages, "thinking.messages.sse"},
      {kMessages, "tools.messages.sse"},
      {kGemini, "text.gemini.sse"},
      {kGemini, "thinking.gemini.sse"},
  };
  for (const auto& one : cases) {
    const auto stream = read_case("stream_" + one.name);
    const auto expected = read(*make_reader(one.call), stream);
    EXPECT_FALSE(expected == Joined()) << one.name;
    for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
      const auto listed = list_sse(one.call, stream, cut);
      EXPECT_EQ(listed.text, expected.text) << one.name << " cut at " << cut;
      EXPECT_EQ(listed.refusal, expected.refusal) << one.name;
      EXPECT_EQ(listed.reasoning, expected.reasoning) << one.name;
      EXPECT_EQ(listed.calls, expected.calls) << one.name;
      if (HasFailure()) return;
    }
  }
}

TEST(StreamTexts, OfEventStreamsAddUpTheSameWay) {
  for (const std::string_view name : {"text", "tools", "reasoning"}) {
    const auto stream = bedrock::encode_frames(
        read_case("stream_" + std::string(name) + ".converse.eventstream.json"));
    const auto expected = read(*make_reader(kConverse), stream);
    for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
      ASSERT_TRUE(list_frames(stream, cut) == expected) << name << " cut at " << cut;
    }
  }
}

// `stream` with every piece of text in capitals: by splices in the bytes of the events.
std::string capitals(Call call, std::string_view type, std::string_view data) {
  Arena arena;
  EventTexts event;
  EXPECT_TRUE(list_event_texts(call, type, data, arena, event));
  std::vector<Text> texts;
  std::vector<std::string> replacements;
  for (const auto& one : event.texts) {
    texts.push_back(one.text);
    auto& text = replacements.emplace_back(one.text.plain);
    for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return splice(data, texts, replacements);
}

TEST(StreamTexts, OfAnEventAreReplacedWithinItsBytes) {
  const std::string stream =
      "id: 7\r\nevent: x\r\ndata: "
      "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"h\\u00e9\"}}]}\r\n"
      "\r\n: ping\n\ndata: [DONE]\n\n";
  http::SseScanner scanner;
  http::SseEvent event;
  std::string edited;
  scanner.feed(stream);
  while (*scanner.next(event)) {
    const auto begin = static_cast<std::size_t>(event.data.data() - event.raw.data());
    edited += event.has_data ? std::string(event.raw.substr(0, begin)) +
                                   capitals(kChat, event.type, event.data) +
                                   std::string(event.raw.substr(begin + event.data.size()))
                             : std::string(event.raw);
  }
  EXPECT_EQ(edited,
            "id: 7\r\nevent: x\r\ndata: "
            "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"H\u00e9\"}}]}\r\n"
            "\r\n: ping\n\ndata: [DONE]\n\n");
}

TEST(StreamTexts, OfAFrameAreReplacedWithinItsPayload) {
  std::string stream;
  bedrock::append_event(stream, "contentBlockDelta",
                        R"({"contentBlockIndex":0,"delta":{"text":"hi"},"p":"ab"})");
  bedrock::FrameReader reader;
  bedrock::Frame frame;
  reader.feed(stream);
  ASSERT_TRUE(*reader.next(frame));
  std::string edited;
  bedrock::append_message(edited, frame.headers,
                          capitals(kConverse, frame.event_type, frame.payload));
  EXPECT_EQ(
      bedrock::show_frames(edited),
      "contentBlockDelta {\"contentBlockIndex\":0,\"delta\":{\"text\":\"HI\"},\"p\":\"ab\"}\n");
  EXPECT_EQ(edited.size(), stream.size());
}

// What is said in a lane is read back in that lane, whatever event it stood in front of.
TEST(FormatDelta, MakesAnEventOfTheSameLane) {
  const std::vector<Case> cases{
      {kChat, "", R"({"id":"c1","model":"m","choices":[{"index":1,"delta":{"content":"x"}}]})",
       R"("id":"c1")"},
      {kChat, "", R"({"id":"c1","choices":[{"index":1,"delta":{"refusal":"x"}}]})", ""},
      {kChat, "", R"({"id":"c1","choices":[{"index":1,"delta":{"reasoning_content":"x"}}]})", ""},
      {kChat, "", R"({"id":"c1","choices":[{"index":1,"delta":{"reasoning":"x"}}]})", ""},
      {kChat, "",
       R"({"choices":[{"index":0,"delta":{"reasoning_details":[{"index":4,"summary":"x"}]}}]})",
       ""},
      {kChat, "",
       R"({"choices":[{"index":0,"delta":{"tool_calls":[{"index":2,"function":{
        "arguments":"x"}}]}}]})",
       ""},
      {kChat, "",
       R"({"choices":[{"index":0,"delta":{"tool_calls":[{"index":2,"custom":{"input":"x"}}]}}]})",
       ""},
      {kChat, "", R"({"choices":[{"index":0,"delta":{"function_call":{"arguments":"x"}}}]})", ""},
      {{Dialect::kOpenAi, Operation::kCompletions},
       "",
       R"({"choices":[{"text":"x","index":1}]})",
       ""},
      {kResponses, "response.output_text.delta",
       R"({"type":"response.output_text.delta","item_id":"i","output_index":1,"content_index":2,
        "delta":"x"})",
       R"("item_id":"i")"},
      {kResponses, "response.refusal.delta",
       R"({"type":"response.refusal.delta","output_index":1,"content_index":2,"delta":"x"})", ""},
      {kResponses, "response.reasoning_text.delta",
       R"({"type":"response.reasoning_text.delta","output_index":1,"content_index":2,
        "delta":"x"})",
       ""},
      {kResponses, "response.mcp_call_arguments.delta",
       R"({"type":"response.mcp_call_arguments.delta","output_index":1,"delta":"x"})", ""},
      {kMessages, "content_block_delta",
       R"({"type":"content_block_delta","index":3,"delta":{"text":"x"}})", ""},
      {kMessages, "content_block_delta",
       R"({"type":"content_block_delta","index":3,"delta":{"thinking":"x"}})", ""},
      {kMessages, "content_block_delta",
       R"({"type":"content_block_delta","index":3,"delta":{"partial_json":"x"}})", ""},
      {kGemini, "", R"({"modelVersion":"g","candidates":[{"index":1,"content":{"parts":[
        {"text":"x"}]}}]})",
       R"("modelVersion":"g")"},
      {kGemini, "", R"({"candidates":[{"content":{"parts":[{"text":"x","thought":true}]}}]})", ""},
      {kConverse, "contentBlockDelta", R"({"contentBlockIndex":3,"delta":{"text":"x"}})", ""},
      {kConverse, "contentBlockDelta",
       R"({"contentBlockIndex":3,"delta":{"toolUse":{"input":"x"}}})", ""},
      {kConverse, "contentBlockDelta",
       R"({"contentBlockIndex":3,"delta":{"reasoningContent":{"text":"x"}}})", ""},
  };
  for (const auto& one : cases) {
    Arena arena;
    EventTexts event;
    ASSERT_TRUE(list_event_texts(one.call, one.type, one.data, arena, event));
    ASSERT_EQ(event.texts.size(), 1U) << one.data;
    std::string made;
    const auto type = format_delta(one.call, event.texts[0].lane, one.data, "a \"b\"\n", made);
    EXPECT_EQ(type, one.type);
    EXPECT_THAT(made, HasSubstr(one.texts));
    EventTexts again;
    ASSERT_TRUE(list_event_texts(one.call, type, made, arena, again)) << made;
    ASSERT_EQ(again.texts.size(), 1U) << made;
    EXPECT_EQ(again.texts[0].text.plain, "a \"b\"\n");
    EXPECT_TRUE(again.texts[0].lane == event.texts[0].lane) << made;
    EXPECT_TRUE(again.ends.empty()) << made;
  }
}

}  // namespace
}  // namespace tidegate::llm
