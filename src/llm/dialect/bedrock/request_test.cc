#include "llm/dialect/bedrock/request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "json/cursor.h"
#include "json/scan.h"
#include "llm/conversation/cases_fixture.h"
#include "llm/conversation/request_fixture.h"
#include "llm/dialect/bedrock/model.h"
#include "llm/dialect/bedrock/write_block.h"

namespace tidegate::llm::bedrock {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr std::string_view kSonnet = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
constexpr std::string_view kHaiku = "anthropic.claude-3-haiku-20240307-v1:0";
constexpr std::string_view kNova = "us.amazon.nova-2-lite-v1:0";
constexpr std::string_view kLlama = "meta.llama3-70b-instruct-v1:0";

using Read = ReadRequest;
using Written = WrittenRequest;

std::unique_ptr<Read> read(std::string body) {
  return read_request(
      std::move(body), [](std::string_view text, Conversation& conversation, Arena& arena) {
        return read_converse_request(text, {.model = "m", .stream = true}, conversation, arena);
      });
}

Written write(const Conversation& conversation, std::string_view model = kSonnet) {
  Written written;
  Target target;
  target.model = model;
  write_converse_request(conversation, target, written.body, written.losses);
  EXPECT_TRUE(json::validate(written.body, Origin::kInternal)) << written.body;
  return written;
}

Written through(std::string body, std::string_view model = kSonnet) {
  const auto got = read(std::move(body));
  EXPECT_TRUE(got->result) << got->result.error().detail;
  return write(got->conversation, model);
}

Written through_case(const std::string& name, std::string_view model = kSonnet) {
  return through(read_case("request_" + name + ".converse.json"), model);
}

Conversation asks(std::string_view text = "hi") {
  Conversation conversation;
  TextPart part;
  part.text = {text};
  conversation.messages.emplace_back().parts.emplace_back(part);
  return conversation;
}

TEST(ConverseRequest, EveryCaseIsWrittenTheSameAgain) {
  const auto names = find_cases("request_", ".converse.json");
  EXPECT_GE(names.size(), 12U);
  for (const auto& name : names) {
    for (const auto model : {kSonnet, kNova, kLlama}) {
      SCOPED_TRACE(name + " " + std::string(model));
      const auto first = through(read_case(name), model).body;
      EXPECT_EQ(through(first, model).body, first);
    }
  }
}

struct Kept {
  std::string name;
  std::vector<std::string> parts;  // of the body that goes out
};

TEST(ConverseRequest, KeepsWhatItSays) {
  const std::vector<Kept> cases{
      {"text", {R"({"messages":[{"role":"user","content":[{"text":"Hello, \"Claude\" — how are)"}},
      {"system_cached",
       {R"("system":[{"text":"You are terse."},{"text":"A long handbook ..."},)"
        R"({"cachePoint":{"type":"default","ttl":"1h"}}])",
        R"({"text":"Second"},{"cachePoint":{"type":"default"}}])"}},
      {"inference",
       {R"("inferenceConfig":{"maxTokens":512,"temperature":0.7,"stopSequences":["END"]})",
        R"("additionalModelRequestFields":{"top_k":200})",
        R"("requestMetadata":{"team":"red","cost-center":"42"},"serviceTier":{"type":"flex"})"}},
      {"tools",
       {R"({"toolSpec":{"name":"get_weather","description":"Current weather of a city",)",
        R"({"cachePoint":{"type":"default"}}],"toolChoice":{"any":{}}})"}},
      {"tool_named", {R"("toolChoice":{"tool":{"name":"get_weather"}})"}},
      {"tool_round",
       {R"({"toolUse":{"toolUseId":"tooluse_02","name":"get_weather","input":{)",
        R"({"toolResult":{"toolUseId":"tooluse_02","content":[{"text":"no such station"}],)"
        R"("status":"error"}}])"}},
      {"tool_result_media",
       {R"([{"text":"Screen:"},{"image":{"format":"png","source":{"bytes":"iVBORw0KGgo)",
        R"({"document":{"format":"pdf","name":"log","source":{"bytes":"JVBERi)"}},
      {"reasoning_round",
       {R"({"reasoningContent":{"reasoningText":{"text":"The user wants … weather.",)"
        R"("signature":"EqQBCgIYAhIkU2lnbmF0dXJlK2Fi/yc9PQ=="}}},)"
        R"({"reasoningContent":{"redactedContent":)"
        R"("EmwKAhgBEgy3va3pzix/LafPsn4aDFIT2Xlxh0L5L8rLVyIw"}},{"toolUse")",
        R"({"thinking":{"type":"enabled","budget_tokens":2048}})"}},
      {"image",
       {R"({"image":{"format":"jpeg","source":{"s3Location":{"uri":"s3://bucket/a.jpg"}}}})"}},
      {"document",
       {R"({"document":{"format":"pdf","name":"Report 2026","context":"Finance",)"
        R"("citations":{"enabled":true},"source":{"bytes":"JVBERi0xLjEKJcKlwrHDqwo="}}})",
        R"({"document":{"format":"txt","name":"Notes","source":{"bytes":"VGhlIGdyYXNzIGlzIGdyZWVuLg=="}}})",
        R"({"document":{"format":"txt","name":"KB","context":"https://example.com/kb",)"}},
      {"video_audio",
       {R"({"video":{"format":"mp4","source":{"s3Location":{"uri":"s3://bucket/v.mp4"}}}})",
        R"({"audio":{"format":"wav","source":{"bytes":"UklGRg=="}}})"}},
      {"schema",
       {R"("outputConfig":{"textFormat":{"type":"json_schema","structure":{"jsonSchema":)"
        R"({"schema":"{\"type\":\"object\",)",
        R"("name":"person","description":"A person"}}}})"}},
      {"citations_history",
       {R"({"citationsContent":{"content":[{"text":"Green."}],"citations":[{"title":"Notes",)"}},
  };
  for (const auto& c : cases) {
    const auto out = through_case(c.name);
    for (const auto& part : c.parts) EXPECT_THAT(out.body, HasSubstr(part)) << c.name;
    EXPECT_THAT(out.lost(), IsEmpty()) << c.name;
  }
}

TEST(ConverseRequest, TellsWhatOnlyBedrockKnows) {
  const auto out = through_case("guardrail");
  EXPECT_THAT(out.lost(), ElementsAre("guardrailConfig", "performanceConfig",
                                      "additionalModelResponseFieldPaths",
                                      "messages[0].content[1].guardContent"));
  EXPECT_THAT(out.body, HasSubstr(R"([{"text":"Context"},{"text":"Check me"}])"));
}

TEST(ConverseRequest, NamesTheMemberAtFault) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"[]", "the body must be an object"},
      {R"({"messages":{}})", "'messages' must be an array"},
      {R"({"messages":[{"role":"system","content":[]}]})",
       R"('messages[0].role' must be "user" or "assistant")"},
      {R"({"messages":[{"role":"user","content":"a"}]})", "'messages[0].content' must be an array"},
      {R"({"messages":[{"role":"user","content":null}]})",
       "'messages[0].content' must be an array"},
      {R"({"messages":[{"role":"user","content":[{}]}]})",
       "'messages[0].content[0]' must have a member that says what it is"},
      {R"({"messages":[{"role":"user","content":[{"text":1}]}]})",
       "'messages[0].content[0].text' must be a string"},
      {R"({"messages":[{"role":"user","content":[{"image":{"source":{}}}]}]})",
       "'messages[0].content[0].image.source' must have bytes, an s3Location, text or content"},
      {R"({"messages":[{"role":"user","content":[{"image":{"source":{"bytes":""}}}]}]})",
       "'messages[0].content[0].image.source.bytes' must not be empty"},
      {R"({"messages":[{"role":"assistant","content":[{"toolUse":{"name":"f"}}]}]})",
       "'messages[0].content[0].toolUse.toolUseId' is required"},
      {R"({"messages":[{"role":"user","content":[{"toolResult":{"toolUseId":"a","content":)"
       R"([{"toolUse":{"toolUseId":"b","name":"c"}}]}}]}]})",
       "'messages[0].content[0].toolResult.content[0]' must be text, json or media"},
      {R"({"messages":[{"role":"assistant","content":[{"reasoningContent":{}}]}]})",
       "'messages[0].content[0].reasoningContent' must have reasoningText or redactedContent"},
      {R"({"inferenceConfig":{"maxTokens":0}})", "'inferenceConfig.maxTokens' must be at least 1"},
      {R"({"inferenceConfig":{"temperature":"1"}})",
       "'inferenceConfig.temperature' must be a number"},
      {R"({"toolConfig":{"tools":[{"toolSpec":{"name":"f","inputSchema":{}}}]}})",
       "'toolConfig.tools[0].toolSpec.inputSchema.json' must be an object"},
      {R"({"toolConfig":{"tools":[{"toolSpec":{}}]}})",
       "'toolConfig.tools[0].toolSpec.name' is required"},
      {R"({"toolConfig":{"toolChoice":{"none":{}}}})",
       "'toolConfig.toolChoice' must have auto, any or tool"},
      {R"({"system":[{"image":{"format":"png","source":{"bytes":"QQ=="}}}]})",
       "'system' must hold text only"},
      {R"({"outputConfig":{"textFormat":{"structure":{"jsonSchema":{"schema":"[1"}}}}})",
       "'outputConfig.textFormat.structure.jsonSchema.schema' must be the text of a JSON object"},
  };
  for (const auto& [body, detail] : cases) {
    const auto got = read(body);
    ASSERT_FALSE(got->result) << body;
    EXPECT_EQ(got->result.error().detail, detail);
    EXPECT_EQ(got->result.error().origin, Origin::kDownstream);
  }
}

TEST(ConverseRequest, TakesModelAndStreamFromThePath) {
  const auto got = read(read_case("request_text.converse.json"));
  EXPECT_EQ(got->conversation.model, "m");
  EXPECT_TRUE(got->conversation.stream);
}

TEST(ConverseRequest, DocumentsHaveNamesOfTheirOwnAndTextBesideThem) {
  auto conversation = asks(" ");
  for (const std::string_view name : {"Report: 2026/Q1.pdf", "Report 2026 Q1 pdf", "", "日本"}) {
    MediaPart part;
    part.kind = MediaPart::Kind::kDocument;
    part.media_type = "application/pdf";
    part.data = {"JVBERg=="};
    part.name = {name};
    conversation.messages[0].parts.emplace_back(part);
  }
  const auto out = write(conversation);
  for (const std::string_view name :
       {"Report 2026 Q1 pdf", "Report 2026 Q1 pdf (2)", "document", "document (2)"}) {
    EXPECT_THAT(out.body, HasSubstr("\"name\":\"" + std::string(name) + "\""));
  }
  EXPECT_THAT(out.body, HasSubstr(R"(,{"text":"."}]}])"));
}

TEST(ConverseRequest, TellsMediaThatItCannotTake) {
  auto conversation = asks();
  const auto add = [&](MediaPart::Kind kind, MediaPart::Source source, std::string_view data) {
    MediaPart part;
    part.kind = kind;
    part.source = source;
    part.data = {data};
    conversation.messages[0].parts.emplace_back(part);
  };
  add(MediaPart::Kind::kImage, MediaPart::Source::kUrl, "https://example.com/a.png");
  add(MediaPart::Kind::kDocument, MediaPart::Source::kFileId, "file_1");
  add(MediaPart::Kind::kImage, MediaPart::Source::kBase64, "????");
  const auto out = write(conversation);
  EXPECT_THAT(out.body,
              HasSubstr(R"([{"text":"hi"},{"text":"[image left out]"},)"
                        R"({"text":"[document left out]"},{"text":"[image left out]"}])"));
  EXPECT_THAT(out.lost(), ElementsAre("image", "document"));
}

struct Choice {
  std::optional<ToolChoice> choice;
  std::string_view model;
  std::string written;  // toolChoice
  std::vector<std::string> losses;
};

TEST(ConverseRequest, SaysToolChoiceInItsOwnWords) {
  using Mode = ToolChoice::Mode;
  const std::vector<Choice> cases{
      {{}, kSonnet, "", {}},
      {ToolChoice{Mode::kAuto, {}}, kSonnet, R"({"auto":{}})", {}},
      {ToolChoice{Mode::kAny, {}}, kSonnet, R"({"any":{}})", {}},
      {ToolChoice{Mode::kNamed, {"f"}}, kNova, R"({"tool":{"name":"f"}})", {}},
      {ToolChoice{Mode::kAny, {}}, kLlama, "", {"tool_choice"}},
  };
  for (const auto& c : cases) {
    auto conversation = asks();
    conversation.tools.emplace_back().name = {"f"};
    conversation.tool_choice = c.choice;
    const auto out = write(conversation, c.model);
    EXPECT_EQ(json::find_member(out.member("toolConfig"), "toolChoice").value_or(""), c.written);
    EXPECT_THAT(out.lost(), testing::ElementsAreArray(c.losses));
  }
}

TEST(ConverseRequest, HasNoChoiceOfNone) {
  auto conversation = asks();
  conversation.tools.emplace_back().name = {"f"};
  conversation.tool_choice = ToolChoice{ToolChoice::Mode::kNone, {}};
  const auto without = write(conversation);
  EXPECT_EQ(without.member("toolConfig"), "");
  EXPECT_THAT(without.lost(), IsEmpty());
  // A history of calls needs the tools.
  auto& turn = conversation.messages.emplace_back();
  turn.role = Role::kAssistant;
  ToolCallPart call;
  call.id = {"1"};
  call.name = {"f"};
  turn.parts.emplace_back(call);
  ToolResultPart result;
  result.call_id = {"1"};
  conversation.messages.emplace_back().parts.emplace_back(result);
  const auto with = write(conversation);
  EXPECT_THAT(std::string(with.member("toolConfig")), HasSubstr(R"("name":"f")"));
  EXPECT_THAT(with.lost(), ElementsAre("tool_choice"));
  EXPECT_THAT(with.body, HasSubstr(R"x("content":[{"text":"(empty)"}])x"));
  // Without the caller's list, the history makes one.
  conversation.tools.clear();
  conversation.tool_choice.reset();
  EXPECT_EQ(write(conversation).member("toolConfig"),
            R"({"tools":[{"toolSpec":{"name":"f","inputSchema":)"
            R"({"json":{"type":"object","properties":{}}}}}]})");
}

TEST(ConverseRequest, OneCallAtATimeIsSaidInClaudesOwnWords) {
  auto conversation = asks();
  conversation.tools.emplace_back().name = {"f"};
  conversation.parallel_tool_calls = false;
  EXPECT_EQ(write(conversation).member("additionalModelRequestFields"),
            R"({"tool_choice":{"type":"auto","disable_parallel_tool_use":true}})");
  EXPECT_THAT(write(conversation, kNova).lost(), ElementsAre("parallel_tool_calls"));
}

struct Thinks {
  std::string_view model;
  Reasoning::Effort effort;
  std::string additional;
  std::string inference;
  std::vector<std::string> losses;
};

TEST(ConverseRequest, AsksEachFamilyToThinkInItsOwnWords) {
  using Effort = Reasoning::Effort;
  const std::vector<Thinks> cases{
      {kSonnet,
       Effort::kLow,
       R"({"thinking":{"type":"enabled","budget_tokens":1024}})",
       R"({"maxTokens":5120})",
       {}},
      {"global.anthropic.claude-opus-4-6-v1",
       Effort::kHigh,
       R"({"thinking":{"type":"adaptive"},"output_config":{"effort":"high"}})",
       "",
       {}},
      {kNova,
       Effort::kMinimal,
       R"({"reasoningConfig":{"type":"enabled","maxReasoningEffort":"low"}})",
       "",
       {}},
      {kNova, Effort::kNone, R"({"reasoningConfig":{"type":"disabled"}})", "", {}},
      {"openai.gpt-oss-120b-1:0", Effort::kXHigh, R"({"reasoning_effort":"high"})", "", {}},
      {kLlama, Effort::kHigh, "", "", {"reasoning"}},
      {kHaiku, Effort::kHigh, "", "", {"reasoning"}},
  };
  for (const auto& c : cases) {
    auto conversation = asks();
    conversation.reasoning.emplace().effort = c.effort;
    const auto out = write(conversation, c.model);
    EXPECT_EQ(out.member("additionalModelRequestFields"), c.additional) << c.model;
    EXPECT_EQ(out.member("inferenceConfig"), c.inference) << c.model;
    EXPECT_THAT(out.lost(), testing::ElementsAreArray(c.losses)) << c.model;
  }
  const auto nova = through_case("nova", kNova);
  EXPECT_EQ(nova.member("additionalModelRequestFields"),
            R"({"inferenceConfig":{"topK":20},"reasoningConfig":{"type":"enabled",)"
            R"("maxReasoningEffort":"low"}})");
  EXPECT_THAT(std::string(nova.member("toolConfig")), HasSubstr("nova_grounding"));
  EXPECT_THAT(nova.lost(), IsEmpty());
}

TEST(ConverseRequest, KeepsUnsignedThoughtsForModelsThatTakeThem) {
  auto conversation = asks();
  auto& turn = conversation.messages.emplace_back();
  turn.role = Role::kAssistant;
  ReasoningPart thought;
  thought.text = {"unsigned"};
  turn.parts.emplace_back(thought);
  TextPart text;
  text.text = {"so"};
  turn.parts.emplace_back(text);
  const std::string written = R"([{"reasoningContent":{"reasoningText":{"text":"unsigned"}}},)";
  EXPECT_THAT(write(conversation, kNova).body, HasSubstr(written));
  const auto claude = write(conversation);
  EXPECT_THAT(claude.body, Not(HasSubstr("unsigned")));
  EXPECT_THAT(claude.lost(), ElementsAre("reasoning"));
}

TEST(ConverseRequest, AsksForJsonByAToolWhereTheModelHasNoOtherMeans) {
  auto conversation = asks();
  conversation.output.kind = OutputFormat::Kind::kJsonSchema;
  conversation.output.schema = R"({"type":"object","properties":{"a":{"type":"string"}}})";
  conversation.output.strict = true;
  const auto nova = write(conversation, kNova);
  EXPECT_EQ(nova.member("outputConfig"), "");
  EXPECT_THAT(std::string(nova.member("toolConfig")),
              HasSubstr(R"({"toolSpec":{"name":"tidegate_json_output")"));
  EXPECT_THAT(std::string(nova.member("toolConfig")),
              HasSubstr(R"("toolChoice":{"tool":{"name":"tidegate_json_output"}})"));
  EXPECT_THAT(std::string(write(conversation).member("outputConfig")),
              HasSubstr(R"("type":"json_schema")"));
  EXPECT_THAT(write(conversation, kLlama).lost(), ElementsAre("response_format"));
}

TEST(ConverseRequest, KeepsNoMarksForModelsWithoutACache) {
  EXPECT_THAT(through_case("system_cached", kLlama).lost(), ElementsAre("cache_control"));
  EXPECT_THAT(through_case("tools", kNova).lost(), ElementsAre("cache_control"));
}

TEST(ConverseRequest, TellsParametersThatItHasNot) {
  auto conversation = asks();
  conversation.temperature = "1.5";
  conversation.seed = "7";
  conversation.choices = 2;
  conversation.metadata = R"({"a":"b","c":"d|e"})";
  conversation.user = {"someone's"};
  conversation.service_tier = {"scale"};
  const auto out = write(conversation);
  EXPECT_THAT(out.lost(),
              ElementsAre("temperature", "metadata", "user", "service_tier", "seed", "n"));
  EXPECT_EQ(out.member("inferenceConfig"), R"({"temperature":1})");
  EXPECT_EQ(out.member("requestMetadata"), R"({"a":"b"})");
}

TEST(BedrockModel, IsKnownByItsName) {
  EXPECT_EQ(model_of(kSonnet).family, Model::Family::kClaude);
  EXPECT_TRUE(model_of(kSonnet).takes_schema);
  EXPECT_FALSE(model_of(kHaiku).takes_schema);
  EXPECT_EQ(model_of(kNova).family, Model::Family::kNova);
  EXPECT_FALSE(model_of(kNova).caches_tools);
  EXPECT_EQ(model_of("arn:aws:bedrock:us-east-1:1:application-inference-profile/x").family,
            Model::Family::kProfile);
  EXPECT_FALSE(model_of(kLlama).forces_tools);
}

TEST(Base64, OfBytesStaysAndTextBecomesIt) {
  Arena arena;
  EXPECT_EQ(as_base64({"EmwKAhgBEgy3"}, arena).bytes, "EmwKAhgBEgy3");
  EXPECT_EQ(as_base64({"no base64"}, arena).bytes, "bm8gYmFzZTY0");
  EXPECT_EQ(as_base64({"QQ"}, arena).bytes, "UVE=");
}

}  // namespace
}  // namespace tidegate::llm::bedrock
