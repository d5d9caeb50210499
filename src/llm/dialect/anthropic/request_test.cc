#include "llm/dialect/anthropic/request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "json/cursor.h"
#include "json/scan.h"
#include "llm/conversation/cases_fixture.h"
#include "llm/conversation/request_fixture.h"

namespace tidegate::llm::anthropic {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

using Read = ReadRequest;
using Written = WrittenRequest;

std::unique_ptr<Read> read(std::string body, const PathFacts& path = {}) {
  return read_request(std::move(body),
                      [&](std::string_view text, Conversation& conversation, Arena& arena) {
                        return read_messages_request(text, path, conversation, arena);
                      });
}

Written write(const Conversation& conversation, Target target) {
  Written written;
  write_messages_request(conversation, target, written.body, written.losses);
  EXPECT_TRUE(json::validate(written.body, Origin::kInternal)) << written.body;
  return written;
}

Written write(const Conversation& conversation, std::string_view model = "claude-sonnet-4-5") {
  Target target;
  target.model = model;
  return write(conversation, target);
}

// The body that comes out for a body.
Written through(std::string body, std::string_view model = "claude-sonnet-4-5") {
  const auto got = read(std::move(body));
  EXPECT_TRUE(got->result) << got->result.error().detail;
  return write(got->conversation, model);
}

Message user_says(std::string_view text) {
  Message message;
  TextPart part;
  part.text = {text};
  message.parts.emplace_back(part);
  return message;
}

Conversation asks(std::string_view text = "hi") {
  Conversation conversation;
  conversation.messages.push_back(user_says(text));
  return conversation;
}

TEST(MessagesRequest, EveryCaseIsWrittenTheSameAgain) {
  const auto names = find_cases("request_", ".messages.json");
  EXPECT_GE(names.size(), 12U);
  for (const auto& name : names) {
    SCOPED_TRACE(name);
    const auto first = through(read_case(name)).body;
    EXPECT_EQ(through(first).body, first);
  }
}

struct Kept {
  std::string name;
  std::vector<std::string> blocks;  // in the messages that go out
};

TEST(MessagesRequest, KeepsWhatAMessageSays) {
  const std::vector<Kept> cases{
      {"thinking_round",
       {R"([{"type":"thinking","thinking":"The user wants … weather.",)"
        R"("signature":"EqQBCgIYAhIkU2lnbmF0dXJlK2Fi/yc9PQ=="},)"
        R"({"type":"redacted_thinking","data":"EmwKAhgBEgy3va3pzix/LafPsn4aDFIT2Xlxh0L5L8rLVyIw"},)"
        R"({"type":"thinking","thinking":"","signature":"ErUBCkYIBRgCIkBzaWduYXR1cmUgb25seQ=="},)"
        R"({"type":"tool_use","id":"toolu_t","name":"get_weather",)"}},
      {"tool_round",
       {R"([{"type":"tool_result","tool_use_id":"toolu_01",)"
        R"("content":[{"type":"text","text":"4 degrees"}]},)"
        R"({"type":"tool_result","tool_use_id":"toolu_02",)"
        R"("content":[{"type":"text","text":"no such station"}],"is_error":true},)"
        R"({"type":"text","text":"Be brief."}])"}},
      {"tool_result_media",
       {R"({"type":"text","text":"Screen:"},{"type":"image","source":{"type":"base64",)"
        R"("media_type":"image/png","data":"iVBORw0KGgo)",
        R"({"type":"document","source":{"type":"base64","media_type":"application/pdf",)"
        R"("data":"JVBERi0xLjEKJcKlwrHDqwo="},"title":"log"}])"}},
      {"image", {R"({"type":"image","source":{"type":"url","url":"https://example.com/a.jpg"}})"}},
      {"document",
       {R"("title":"Report: 2026/Q1","context":"Finance","citations":{"enabled":true},)"
        R"("cache_control":{"type":"ephemeral"}})",
        R"({"type":"text","media_type":"text/plain","data":"The grass is green."},"title":"Notes"})",
        R"("data":"Chunk one.\nChunk two."}})",
        R"("data":"Answer: 42"},"title":"KB","context":"https://example.com/kb",)"
        R"("citations":{"enabled":true}})"}},
      {"file_id", {R"({"type":"file","file_id":"file_011CNha8iCJcU1wXNR6q4V8w"})"}},
  };
  for (const auto& c : cases) {
    const auto out = through(read_case("request_" + c.name + ".messages.json"));
    for (const auto& block : c.blocks) EXPECT_THAT(out.body, HasSubstr(block)) << c.name;
    EXPECT_THAT(out.lost(), IsEmpty()) << c.name;
  }
}

TEST(MessagesRequest, ReadsParameters) {
  const auto got = read(read_case("request_sampling.messages.json"));
  const auto& c = got->conversation;
  EXPECT_EQ(c.model, "claude-sonnet-4-5");
  EXPECT_TRUE(c.stream);
  EXPECT_EQ(c.max_tokens, 1024U);
  EXPECT_EQ(c.temperature, "0.7");
  EXPECT_EQ(c.top_k, "40");
  EXPECT_THAT(c.stop, ElementsAre(EscapedText{"END"}, EscapedText{R"(\n\nHuman:)"}));
  EXPECT_EQ(c.user.bytes, "u-123");
  EXPECT_EQ(c.service_tier.bytes, "default");
  EXPECT_THAT(c.unknown, IsEmpty());
}

TEST(MessagesRequest, TakesModelAndStreamFromThePath) {
  const auto got = read(R"({"anthropic_version":"bedrock-2023-05-31","max_tokens":1,)"
                        R"("messages":[{"role":"user","content":"a"}]})",
                        {.model = "anthropic.claude-sonnet-4-5-20250929-v1:0", .stream = true});
  ASSERT_TRUE(got->result);
  EXPECT_EQ(got->conversation.model, "anthropic.claude-sonnet-4-5-20250929-v1:0");
  EXPECT_TRUE(got->conversation.stream);
  EXPECT_THAT(got->conversation.unknown, IsEmpty());
}

TEST(MessagesRequest, NamesTheMemberAtFault) {
  struct Case {
    std::string body;
    std::string detail;
  };
  const std::vector<Case> cases{
      {R"([])", "the body must be an object"},
      {R"({})", "'messages' is required"},
      {R"({"messages":{}})", "'messages' must be an array"},
      {R"({"messages":[1]})", "'messages[0]' must be an object"},
      {R"({"messages":[{"role":"robot","content":"a"}]})",
       R"('messages[0].role' must be "user" or "assistant")"},
      {R"({"messages":[{"role":"user"}]})", "'messages[0].content' is required"},
      {R"({"messages":[{"role":"user","content":7}]})",
       "'messages[0].content' must be a string or an array of blocks"},
      {R"({"messages":[{"role":"user","content":"a"},{"role":"user","content":[{"type":7}]}]})",
       "'messages[1].content[0].type' must be a string"},
      {R"({"messages":[{"role":"user","content":[{}]}]})",
       "'messages[0].content[0].type' is required"},
      {R"({"messages":[{"role":"user","content":[{"type":"text","text":null}]}]})",
       "'messages[0].content[0].text' is required"},
      {R"({"messages":[{"role":"user","content":[{"type":"image","source":{"type":"x"}}]}]})",
       "'messages[0].content[0].source.type' must be \"base64\", \"url\", \"file\", \"text\" or "
       "\"content\""},
      {R"({"messages":[{"role":"user","content":[{"type":"image","source":)"
       R"({"type":"base64","data":""}}]}]})",
       "'messages[0].content[0].source.data' must not be empty"},
      {R"({"messages":[{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f",)"
       R"("input":"x"}]}]})",
       "'messages[0].content[0].input' must be an object"},
      {R"({"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"a",)"
       R"("content":[{"type":"thinking","thinking":"x"}]}]}]})",
       "'messages[0].content[0].content' must hold text, images and documents only"},
      {R"({"messages":[],"max_tokens":1.5})",
       "'max_tokens' must be a whole number that is not negative"},
      {R"({"messages":[],"max_tokens":0})", "'max_tokens' must be at least 1"},
      {R"({"messages":[],"temperature":"1"})", "'temperature' must be a number"},
      {R"({"messages":[],"stream":"yes"})", "'stream' must be a boolean"},
      {R"({"messages":[],"system":[{"type":"image"}]})", R"('system[0].type' must be "text")"},
      {R"({"messages":[],"tools":[{"name":"f","input_schema":1}]})",
       "'tools[0].input_schema' must be an object"},
      {R"({"messages":[],"tools":[{}]})", "'tools[0].name' is required"},
      {R"({"messages":[],"tool_choice":{"type":"x"}})",
       R"('tool_choice.type' must be "auto", "any", "tool" or "none")"},
      {R"({"messages":[],"tool_choice":{"type":"tool"}})", "'tool_choice.name' must be a string"},
      {R"({"messages":[],"thinking":{"type":"enabled"}})", "'thinking.budget_tokens' is required"},
      {R"({"messages":[],"output_config":{"effort":"huge"}})",
       "'output_config.effort' must be an effort such as \"high\""},
      {R"({"messages":[],"stop_sequences":["a",1]})", "'stop_sequences[1]' must be a string"},
  };
  for (const auto& c : cases) {
    const auto got = read(c.body);
    ASSERT_FALSE(got->result) << c.body;
    EXPECT_EQ(got->result.error().detail, c.detail);
    EXPECT_EQ(got->result.error().origin, Origin::kDownstream);
    EXPECT_EQ(got->result.error().code, ErrorCode::kMalformed);
  }
}

TEST(MessagesRequest, TellsWhatItDoesNotKnow) {
  const auto out = through(read_case("request_server_tools.messages.json"));
  EXPECT_THAT(out.lost(), ElementsAre("messages[1].content[0]", "messages[1].content[1]"));
  EXPECT_THAT(out.body, HasSubstr(R"("type": "web_search_20250305",)"));
  EXPECT_THAT(out.body, HasSubstr(R"("type": "web_search_result_location")"));
  const auto more =
      through(R"({"messages":[{"role":"user","content":[{"type":"text","text":"a","odd":1}]}],)"
              R"("container":"c","metadata":{"team":"x"},"output_config":{"odd":2},)"
              R"("tools":[{"name":"f","defer_loading":true}]})");
  EXPECT_THAT(more.lost(), ElementsAre("messages[0].content[0].odd", "container", "metadata.team",
                                       "output_config.odd", "tools[0].defer_loading"));
}

TEST(MessagesRequest, KeepsMarksOfTheCache) {
  const auto out = through(read_case("request_system_cached.messages.json"));
  EXPECT_EQ(out.member("system"), R"([{"type":"text","text":"You are terse."},)"
                                  R"({"type":"text","text":"A long handbook ...",)"
                                  R"("cache_control":{"type":"ephemeral","ttl":"1h"}}])");
  EXPECT_THAT(out.body, HasSubstr(R"("text":"Second","cache_control":{"type":"ephemeral"}})"));
  auto many = asks();
  for (int i = 0; i < 5; ++i) {
    TextPart part;
    part.text = {"x"};
    part.cache = CacheLife::kFiveMinutes;
    many.messages[0].parts.emplace_back(part);
  }
  const auto few = write(many).body;
  std::size_t marks = 0;
  for (auto at = few.find("cache_control"); at != few.npos;
       at = few.find("cache_control", at + 1)) {
    ++marks;
  }
  EXPECT_EQ(marks, 4U);
  EXPECT_THAT(few, HasSubstr(R"({"type":"text","text":"x"},{"type":"text","text":"x","cache)"));
}

TEST(MessagesRequest, ArrangesWhatClaudeWouldRefuse) {
  const auto out = through(read_case("request_messy.messages.json"));
  EXPECT_THAT(
      std::string(out.member("messages")),
      testing::MatchesRegex(
          R"re(.\{"role":"user","content":.\{"type":"text","text":"\."\}.\},)re"
          R"re(\{"role":"assistant","content":.\{"type":"text","text":"Hi, I am here."\}.\},)re"
          R"re(\{"role":"user","content":.\{"type":"text","text":"a"\},\{"type":"text",)re"
          R"re("text":"b"\},\{"type":"text","text":"stray"\}.\},)re"
          R"re(\{"role":"assistant","content":.\{"type":"tool_use","id":"call_1_[0-9a-f]*",)re"
          R"re("name":"f","input":\{\}\}.\},)re"
          R"re(\{"role":"user","content":.\{"type":"tool_result","tool_use_id":)re"
          R"re("call_1_[0-9a-f]*","content":.\{"type":"text","text":)re"
          R"re("No result was returned for this call."\}.,"is_error":true\},)re"
          R"re(\{"type":"text","text":"never mind"\}.\}.)re"));
  EXPECT_THAT(out.lost(), ElementsAre("tool_results.gone", "tool_results.call:1", "mcp_servers"));
  // A history of calls needs a list of tools.
  EXPECT_EQ(out.member("tools"),
            R"([{"name":"f","input_schema":{"type":"object","properties":{}}}])");
  EXPECT_THAT(through(read_case("request_prefill.messages.json")).body,
              HasSubstr(R"("text":"The word is"}]}])"));
}

TEST(MessagesRequest, IsShapedForItsPlatform) {
  auto conversation = asks();
  conversation.stream = true;
  Target target;
  target.model = "claude-sonnet-4-5";
  EXPECT_EQ(write(conversation, target).body,
            R"({"model":"claude-sonnet-4-5","max_tokens":4096,"messages":[{"role":"user",)"
            R"("content":[{"type":"text","text":"hi"}]}],"stream":true})");
  target.anthropic_version = "bedrock-2023-05-31";
  target.anthropic_beta = R"(["context-1m-2025-08-07"])";
  target.model_in_body = false;
  target.stream_in_body = false;
  target.default_max_tokens = 100;
  EXPECT_EQ(write(conversation, target).body,
            R"({"anthropic_version":"bedrock-2023-05-31",)"
            R"("anthropic_beta":["context-1m-2025-08-07"],"max_tokens":100,)"
            R"("messages":[{"role":"user","content":[{"type":"text","text":"hi"}]}]})");
}

struct Choice {
  std::optional<ToolChoice> choice;
  std::optional<bool> parallel;
  std::string written;
};

TEST(MessagesRequest, SaysToolChoiceInItsOwnWords) {
  using Mode = ToolChoice::Mode;
  const std::vector<Choice> cases{
      {{}, {}, ""},
      {{}, true, ""},
      {{}, false, R"({"type":"auto","disable_parallel_tool_use":true})"},
      {ToolChoice{Mode::kAuto, {}}, {}, R"({"type":"auto"})"},
      {ToolChoice{Mode::kAny, {}}, false, R"({"type":"any","disable_parallel_tool_use":true})"},
      {ToolChoice{Mode::kNone, {}}, false, R"({"type":"none"})"},
      {ToolChoice{Mode::kNamed, {"f"}}, {}, R"({"type":"tool","name":"f"})"},
  };
  for (const auto& c : cases) {
    auto conversation = asks();
    conversation.tools.emplace_back().name = {"f"};
    conversation.tool_choice = c.choice;
    conversation.parallel_tool_calls = c.parallel;
    EXPECT_EQ(write(conversation).member("tool_choice"), c.written);
    conversation.tools.clear();
    EXPECT_EQ(write(conversation).member("tool_choice"), "");
  }
}

TEST(MessagesRequest, ForcesNoToolWhileItThinks) {
  auto conversation = asks();
  conversation.tools.emplace_back().name = {"f"};
  conversation.tool_choice = ToolChoice{ToolChoice::Mode::kAny, {}};
  conversation.reasoning.emplace().effort = Reasoning::Effort::kLow;
  const auto out = write(conversation);
  EXPECT_EQ(out.member("tool_choice"), R"({"type":"auto"})");
  EXPECT_THAT(out.lost(), ElementsAre("tool_choice"));
}

TEST(MessagesRequest, TakesToolsOfOtherDialects) {
  auto conversation = asks();
  auto& custom = conversation.tools.emplace_back();
  custom.kind = Tool::Kind::kCustom;
  custom.name = {"sql"};
  auto& search = conversation.tools.emplace_back();
  search.kind = Tool::Kind::kProvider;
  search.name = {"web_search_preview"};
  search.raw = R"({"type":"web_search_preview"})";
  auto& other = conversation.tools.emplace_back();
  other.kind = Tool::Kind::kProvider;
  other.name = {"googleMaps"};
  other.raw = R"({"googleMaps":{}})";
  const auto out = write(conversation);
  EXPECT_EQ(out.member("tools"),
            R"([{"name":"sql","input_schema":{"type":"object","properties":{"input":)"
            R"({"type":"string"}},"required":["input"]}},)"
            R"({"type":"web_search_20250305","name":"web_search"}])");
  EXPECT_THAT(out.lost(), ElementsAre("tools.sql.custom", "tools.googleMaps"));
}

TEST(MessagesRequest, KeepsArgumentsThatAreNoObject) {
  auto conversation = asks();
  auto& turn = conversation.messages.emplace_back();
  turn.role = Role::kAssistant;
  const auto add = [&](std::string_view id, std::string_view arguments) {
    ToolCallPart call;
    call.id = {id};
    call.name = {"f"};
    call.arguments = {arguments};
    turn.parts.emplace_back(call);
  };
  add("1", R"({\"a\":\"\\u00e9\\n\"})");
  add("2", "");
  add("3", R"({\"a\":)");
  const auto out = write(conversation);
  EXPECT_THAT(out.body, HasSubstr(R"("id":"1","name":"f","input":{"a":"\u00e9\n"}})"));
  EXPECT_THAT(out.body, HasSubstr(R"("id":"2","name":"f","input":{}})"));
  EXPECT_THAT(out.body, HasSubstr(R"("id":"3","name":"f","input":{"input":"{\"a\":"}})"));
  EXPECT_THAT(out.lost(), testing::Contains("tool_calls.3.arguments"));
}

TEST(MessagesRequest, TellsMediaThatClaudeCannotTake) {
  auto conversation = asks();
  const auto add = [&](MediaPart::Kind kind, MediaPart::Source source, std::string_view type,
                       std::string_view data) {
    MediaPart part;
    part.kind = kind;
    part.source = source;
    part.media_type = type;
    part.data = {data};
    conversation.messages[0].parts.emplace_back(part);
  };
  using Kind = MediaPart::Kind;
  using Source = MediaPart::Source;
  add(Kind::kImage, Source::kBase64, "", "/9j/4AAQ");
  add(Kind::kDocument, Source::kBase64, "text/markdown", "IyBIaQ==");
  add(Kind::kAudio, Source::kBase64, "audio/wav", "UklGRg==");
  add(Kind::kImage, Source::kUrl, "", "gs://bucket/a.png");
  add(Kind::kDocument, Source::kFileId, "", "file-abc123");
  const auto out = write(conversation);
  EXPECT_EQ(out.member("messages"),
            R"([{"role":"user","content":[{"type":"text","text":"hi"},)"
            R"({"type":"image","source":{"type":"base64","media_type":"image/jpeg",)"
            R"("data":"/9j/4AAQ"}},)"
            R"({"type":"document","source":{"type":"text","media_type":"text/plain",)"
            R"("data":"# Hi"}},)"
            R"({"type":"text","text":"[audio left out]"},)"
            R"({"type":"text","text":"[image left out]"},)"
            R"({"type":"text","text":"[document left out]"}]}])");
  EXPECT_THAT(out.lost(), ElementsAre("audio", "image", "document"));
}

TEST(MessagesRequest, AsksForJsonByAToolWhereTheModelHasNoOtherMeans) {
  auto conversation = asks();
  conversation.output.kind = OutputFormat::Kind::kJsonSchema;
  conversation.output.schema = R"({"type":"object","properties":{"a":{"type":"string"}}})";
  conversation.output.strict = true;
  const auto own = write(conversation);
  EXPECT_EQ(own.member("output_config"),
            R"({"format":{"type":"json_schema","schema":)"
            R"({"type":"object","properties":{"a":{"type":"string"}}}}})");
  EXPECT_EQ(own.member("tools"), "");
  const auto tool = write(conversation, "claude-3-5-haiku-latest");
  EXPECT_EQ(tool.member("output_config"), "");
  EXPECT_THAT(tool.body, HasSubstr(R"("tools":[{"name":"tidegate_json_output")"));
  EXPECT_EQ(tool.member("tool_choice"), R"({"type":"tool","name":"tidegate_json_output"})");
  conversation.tools.emplace_back().name = {"f"};
  EXPECT_EQ(write(conversation, "claude-3-5-haiku-latest").member("tool_choice"),
            R"({"type":"any"})");
  conversation.output.kind = OutputFormat::Kind::kJson;
  EXPECT_THAT(write(conversation).body,
              HasSubstr(R"({"type":"object","properties":{},"additionalProperties":true}}])"));
  // Thinking forbids to force a tool.
  conversation.reasoning.emplace().effort = Reasoning::Effort::kLow;
  EXPECT_THAT(write(conversation).lost(), ElementsAre("response_format"));
}

TEST(MessagesRequest, TellsParametersThatClaudeHasNot) {
  auto conversation = asks();
  conversation.presence_penalty = "0.5";
  conversation.frequency_penalty = "0";
  conversation.seed = "7";
  conversation.logprobs = true;
  conversation.choices = 2;
  conversation.metadata = R"({"a":"b"})";
  conversation.prompt_cache_key = {"k"};
  conversation.service_tier = {"flex"};
  conversation.stop = {{" "}, {"END"}};
  const std::string user(257, 'u');
  conversation.user = {user};
  const auto out = write(conversation);
  EXPECT_THAT(out.lost(), ElementsAre("stop", "user", "service_tier", "presence_penalty", "seed",
                                      "logprobs", "n", "metadata", "prompt_cache_key"));
  EXPECT_EQ(out.member("stop_sequences"), R"(["END"])");
  EXPECT_THAT(out.body, Not(HasSubstr("penalty")));
}

TEST(MessagesRequest, DropsThoughtsThatClaudeHasNotSigned) {
  auto conversation = asks();
  auto& turn = conversation.messages.emplace_back();
  turn.role = Role::kAssistant;
  ReasoningPart thought;
  thought.text = {"unsigned"};
  turn.parts.emplace_back(thought);
  conversation.messages.push_back(user_says("more"));
  const auto out = write(conversation);
  EXPECT_EQ(out.member("messages"), R"([{"role":"user","content":[{"type":"text","text":"hi"},)"
                                    R"({"type":"text","text":"more"}]}])");
  EXPECT_THAT(out.lost(), ElementsAre("reasoning"));
}

}  // namespace
}  // namespace tidegate::llm::anthropic
