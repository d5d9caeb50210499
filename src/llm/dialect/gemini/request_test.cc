#include "llm/dialect/gemini/request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "json/scan.h"
#include "llm/conversation/cases_fixture.h"
#include "llm/conversation/request_fixture.h"
#include "llm/dialect/gemini/count_tokens.h"

namespace tidegate::llm::gemini {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

using Read = ReadRequest;
using Written = WrittenRequest;

std::unique_ptr<Read> read(std::string body) {
  return read_request(
      std::move(body), [](std::string_view text, Conversation& conversation, Arena& arena) {
        return read_generate_content_request(text, {.model = "gemini-2.5-flash", .stream = true},
                                             conversation, arena);
      });
}

std::unique_ptr<Read> read_file(const std::string& name) {
  auto read = gemini::read(read_case(name));
  EXPECT_TRUE(read->result) << read->result.error().detail;
  return read;
}

Written write(const Conversation& conversation, std::string_view model = "gemini-2.5-flash") {
  Written written;
  Target target;
  target.model = model;
  write_generate_content_request(conversation, target, written.body, written.losses);
  EXPECT_TRUE(json::validate(written.body, Origin::kInternal)) << written.body;
  return written;
}

template <class T>
const T& part(const Conversation& conversation, std::size_t message, std::size_t index) {
  return std::get<T>(conversation.messages.at(message).parts.at(index));
}

TEST(GeminiRequest, EveryCaseComesBackTheSame) {
  const auto names = find_cases("request_", ".gemini.json");
  EXPECT_GE(names.size(), 12U);
  for (const auto& name : names) {
    SCOPED_TRACE(name);
    const auto first = write(read_file(name)->conversation, "gemini-3-flash").body;
    const auto second = write(read(first)->conversation, "gemini-3-flash").body;
    EXPECT_EQ(first, second);
  }
}

TEST(GeminiRequest, ThePathNamesTheModel) {
  const auto got = read_file("request_text.gemini.json");
  EXPECT_EQ(got->conversation.model, "gemini-2.5-flash");
  EXPECT_TRUE(got->conversation.stream);
  EXPECT_EQ(part<TextPart>(got->conversation, 0, 0).text.bytes,
            "Explain how AI works in a few words");
}

TEST(GeminiRequest, TurnsAndInstructionsAreRead) {
  const auto got = read_file("request_multi_turn.gemini.json");
  const auto& c = got->conversation;
  ASSERT_EQ(c.system.size(), 1U);
  EXPECT_EQ(c.system[0].text.bytes, "You are a cat. Your name is Neko.");
  ASSERT_EQ(c.messages.size(), 3U);
  EXPECT_EQ(c.messages[1].role, Role::kAssistant);
  // Escapes stay as they came.
  EXPECT_THAT(std::string(part<TextPart>(c, 2, 0).text.bytes), HasSubstr("\\\"How many\\\""));
  EXPECT_EQ(c.temperature, "0.7");
  EXPECT_EQ(c.top_p, "0.95");
  EXPECT_EQ(c.max_tokens, 800U);
  ASSERT_EQ(c.stop.size(), 1U);
  EXPECT_EQ(c.stop[0].bytes, "Title");
}

TEST(GeminiRequest, MediaIsToldByItsType) {
  const auto got = read_file("request_audio_video.gemini.json");
  const auto& audio = part<MediaPart>(got->conversation, 0, 0);
  EXPECT_EQ(audio.kind, MediaPart::Kind::kAudio);
  EXPECT_EQ(audio.source, MediaPart::Source::kBase64);
  const auto& video = part<MediaPart>(got->conversation, 0, 1);
  EXPECT_EQ(video.kind, MediaPart::Kind::kVideo);
  EXPECT_EQ(video.source, MediaPart::Source::kUrl);
  EXPECT_EQ(video.data.bytes, "gs://bucket/talk.mp4");
}

TEST(GeminiRequest, SnakeCaseIsTheSame) {
  const auto got = read_file("request_snake_case.gemini.json");
  const auto& c = got->conversation;
  EXPECT_EQ(c.system.at(0).text.bytes, "Be brief.");
  EXPECT_EQ(part<MediaPart>(c, 0, 0).media_type, "image/jpeg");
  EXPECT_EQ(c.max_tokens, 100U);
  EXPECT_EQ(c.top_k, "40");
  EXPECT_EQ(c.stop.at(0).bytes, "END");
  EXPECT_EQ(c.tools.at(0).name.bytes, "f");
  EXPECT_EQ(c.tool_choice->mode, ToolChoice::Mode::kNone);
  EXPECT_THAT(c.unknown, IsEmpty());
}

TEST(GeminiRequest, SchemasBecomeJsonSchema) {
  const auto got = read_file("request_tools.gemini.json");
  const auto& c = got->conversation;
  EXPECT_THAT(
      std::string(c.tools.at(0).schema),
      StartsWith(R"({"type":"object","properties":{"location":{"type":"string","description":)"
                 R"("The city name, e.g. San Francisco"},"unit":{"type":["string","null"],)"));
  EXPECT_EQ(c.tool_choice->mode, ToolChoice::Mode::kNamed);
  EXPECT_EQ(c.tool_choice->name.bytes, "get_current_temperature");
}

TEST(GeminiRequest, ResultsFindTheirCallsByNameAndOrder) {
  const auto got = read_file("request_parallel_tool_results.gemini.json");
  const auto& c = got->conversation;
  ASSERT_EQ(c.messages.size(), 3U);
  const auto& paris = part<ToolCallPart>(c, 1, 1);
  const auto& london = part<ToolCallPart>(c, 1, 2);
  const auto& places = part<ToolCallPart>(c, 1, 3);
  EXPECT_EQ(paris.signature.bytes, "QSs/Lw==");
  EXPECT_NE(paris.id, london.id);
  EXPECT_EQ(part<ToolResultPart>(c, 2, 0).call_id, paris.id);
  EXPECT_EQ(part<ToolResultPart>(c, 2, 1).call_id, places.id);
  EXPECT_TRUE(part<ToolResultPart>(c, 2, 1).error);
  EXPECT_EQ(part<ToolResultPart>(c, 2, 2).call_id, london.id);
  EXPECT_EQ(std::get<TextPart>(part<ToolResultPart>(c, 2, 2).parts.at(0)).text.bytes, "12 C");
}

TEST(GeminiRequest, ResultsGoOutInTheOrderOfTheCalls) {
  const auto got = read_file("request_parallel_tool_results.gemini.json");
  const auto body = write(got->conversation).body;
  EXPECT_THAT(
      body,
      HasSubstr(
          R"({"role":"user","parts":[)"
          R"({"functionResponse":{"name":"get_current_temperature","response":{"output":"15 C"}}},)"
          R"({"functionResponse":{"name":"get_current_temperature","response":{"output":"12 C"}}},)"
          R"({"functionResponse":{"name":"list_places","response":{"error":"no such place"}}}]})"));
}

TEST(GeminiRequest, StructuredResultsAreKept) {
  const auto got = read_file("request_tool_result.gemini.json");
  const auto& result = part<ToolResultPart>(got->conversation, 2, 0);
  EXPECT_EQ(result.call_id.bytes, "8f2b1a3c");
  std::string on_one_line(result.raw);
  std::ranges::replace(on_one_line, '\n', ' ');
  EXPECT_THAT(on_one_line, HasSubstr("15.5"));
  EXPECT_THAT(write(got->conversation).body, HasSubstr(on_one_line));
}

TEST(GeminiRequest, WhatOthersDoNotKnowIsTold) {
  const auto got = read_file("request_safety_and_cache.gemini.json");
  std::vector<std::string> names;
  for (const auto& member : got->conversation.unknown) names.emplace_back(member.name);
  EXPECT_THAT(names,
              ElementsAre("safetySettings", "cachedContent", "generationConfig.mediaResolution"));
  EXPECT_THAT(write(got->conversation).lost(),
              ElementsAre("metadata", "safetySettings", "cachedContent",
                          "generationConfig.mediaResolution"));
}

TEST(GeminiRequest, ThinkingIsReadAsEffortOrBudget) {
  EXPECT_EQ(read_file("request_thinking_level.gemini.json")->conversation.reasoning->effort,
            Reasoning::Effort::kHigh);
  EXPECT_EQ(read_file("request_thinking_budget.gemini.json")->conversation.reasoning->budget,
            2048U);
  const auto dynamic = read(
      R"({"contents":[{"parts":[{"text":"x"}]}],)"
      R"("generationConfig":{"thinkingConfig":{"thinkingBudget":-1,"includeThoughts":false}}})");
  EXPECT_TRUE(dynamic->conversation.reasoning->adaptive);
  EXPECT_EQ(dynamic->conversation.reasoning->show, false);
}

TEST(GeminiRequest, SignaturesOfTextsTravelBehindThem) {
  const auto got = read_file("request_thought_history.gemini.json");
  const auto& c = got->conversation;
  EXPECT_EQ(part<ReasoningPart>(c, 1, 0).text.bytes, "Simple sum.");
  EXPECT_EQ(part<TextPart>(c, 1, 1).text.bytes, "4");
  EXPECT_EQ(part<ReasoningPart>(c, 1, 2).signature.bytes, "google.Zm9vYg==");
  EXPECT_THAT(write(c).body, HasSubstr(R"([{"text":"Simple sum.","thought":true},)"
                                       R"({"text":"4","thoughtSignature":"Zm9vYg=="}])"));
}

// What a client sends back that kept the chunks of a stream: another provider's thought in pieces,
// its signature (base64 of "tidegate:s:\nc2ln") last.
TEST(GeminiRequest, AThoughtInPiecesIsOneAgain) {
  const auto got = read(
      R"({"contents":[{"parts":[{"text":"?"}]},)"
      R"({"role":"model","parts":[{"text":"h","thought":true}]},)"
      R"({"role":"model","parts":[{"text":"m","thought":true}]},)"
      R"({"role":"model","parts":[{"text":"","thought":true,"thoughtSignature":"dGlkZWdhdGU6czoKYzJsbg"}]},)"
      R"({"role":"model","parts":[{"text":"4"},{"text":"x","thought":true}]},)"
      R"({"role":"user","parts":[{"text":"!"}]}]})");
  ASSERT_TRUE(got->result) << got->result.error().detail;
  const auto& c = got->conversation;
  ASSERT_EQ(c.messages.size(), 3U);
  ASSERT_EQ(c.messages[1].parts.size(), 3U);
  EXPECT_EQ(part<ReasoningPart>(c, 1, 0).text.bytes, "hm");
  EXPECT_EQ(part<ReasoningPart>(c, 1, 0).signature.bytes, "c2ln");
  EXPECT_EQ(part<TextPart>(c, 1, 1).text.bytes, "4");
  EXPECT_EQ(part<ReasoningPart>(c, 1, 2).text.bytes, "x");
}

TEST(GeminiCountTokens, EitherFormIsReadAndTheWholeIsWritten) {
  for (const std::string body :
       {R"({"contents":[{"parts":[{"text":"Hi"}]}],"systemInstruction":{"parts":[{"text":"S"}]}})",
        R"({"generateContentRequest":{"model":"models/x","contents":[{"parts":[{"text":"Hi"}]}],)"
        R"("systemInstruction":{"parts":[{"text":"S"}]}}})"}) {
    Arena arena;
    Conversation conversation;
    ASSERT_TRUE(read_count_tokens_request(body, {.model = "m"}, conversation, arena));
    EXPECT_EQ(conversation.model, "m");
    std::string out;
    Losses losses;
    Target target;
    target.model = "gemini-2.5-flash";
    write_count_tokens_request(conversation, target, CountForm::kGeminiApi, out, losses);
    EXPECT_TRUE(json::validate(out, Origin::kInternal)) << out;
    EXPECT_THAT(out, StartsWith(R"({"generateContentRequest":{"model":"models/gemini-2.5-flash",)"
                                R"("systemInstruction":{"parts":[{"text":"S"}]},"contents":[)"));
    EXPECT_THAT(losses.fields(), IsEmpty());
  }
}

struct BadCase {
  std::string_view body;
  std::string_view detail;
};

TEST(GeminiRequest, BadInputIsToldByItsPath) {
  constexpr BadCase kCases[] = {
      {R"({})", "'contents' is missing"},
      {R"({"contents":[]})", "'contents' must not be empty"},
      {R"({"contents":"x"})", "'contents' must be an array"},
      {R"({"contents":[1]})", "'contents[0]' must be an object"},
      {R"({"contents":[{"role":"tool","parts":[]}]})",
       R"('contents[0].role' must be "user" or "model")"},
      {R"({"contents":[{"parts":1}]})", "'contents[0].parts' must be an array"},
      {R"({"contents":[{"parts":[{"text":1}]}]})", "'contents[0].parts[0].text' must be a string"},
      {R"({"contents":[{"parts":[{"inlineData":{"mimeType":"a/b"}}]}]})",
       "'contents[0].parts[0].inlineData.data' is missing or no string"},
      {R"({"contents":[{"parts":[{"functionCall":{}}]}]})",
       "'contents[0].parts[0].functionCall.name' is missing or no string"},
      {R"({"contents":[{"parts":[{"functionResponse":{"name":"f","response":"x"}}]}]})",
       "'contents[0].parts[0].functionResponse.response' must be an object"},
      {R"({"contents":[{"parts":[]}],"tools":{}})", "'tools' must be an array"},
      {R"({"contents":[{"parts":[]}],"tools":[{"functionDeclarations":[{}]}]})",
       "'tools[0].functionDeclarations[0].name' is missing or no string"},
      {R"({"contents":[{"parts":[]}],"generationConfig":{"temperature":"hot"}})",
       "'generationConfig.temperature' must be a number"},
      {R"({"contents":[{"parts":[]}],"generationConfig":{"maxOutputTokens":-1}})",
       "'generationConfig.maxOutputTokens' must be a whole number"},
      {R"({"contents":[{"parts":[]}],"generationConfig":{"stopSequences":[1]}})",
       "'generationConfig.stopSequences' must hold strings only"},
      {R"({"contents":[{"parts":[]}],"toolConfig":{"functionCallingConfig":{"mode":"SOME"}}})",
       "'toolConfig.functionCallingConfig.mode' must be AUTO, ANY, NONE or VALIDATED"},
      {R"({"contents":[{"parts":[]}],"generationConfig":{"thinkingConfig":{"thinkingLevel":"x"}}})",
       "'generationConfig.thinkingConfig.thinkingLevel' must be minimal, low, medium or high"},
  };
  for (const auto& test : kCases) {
    const auto got = read(std::string(test.body));
    ASSERT_FALSE(got->result) << test.body;
    EXPECT_EQ(got->result.error().code, ErrorCode::kMalformed);
    EXPECT_EQ(got->result.error().detail, test.detail);
  }
}

// ---- Conversations of other dialects.

ToolCallPart call(std::string_view id, std::string_view arguments) {
  ToolCallPart part;
  part.id = {id};
  part.name = {"f"};
  part.arguments = {arguments};
  return part;
}

ToolResultPart result(std::string_view id, std::string_view text) {
  ToolResultPart part;
  part.call_id = {id};
  TextPart inside;
  inside.text = {text};
  part.parts.emplace_back(inside);
  return part;
}

Conversation with_calls(std::vector<Part> calls, std::vector<Part> answers) {
  Conversation conversation;
  conversation.messages.resize(2);
  conversation.messages[0] = {.role = Role::kAssistant, .parts = std::move(calls), .name = {}};
  conversation.messages[1] = {.role = Role::kUser, .parts = std::move(answers), .name = {}};
  return conversation;
}

TEST(GeminiRequestWriter, ArgumentsBecomeObjects) {
  const auto body =
      write(with_calls({call("a", R"({\"x\":1})"), call("b", ""), call("c", "[1")}, {})).body;
  EXPECT_THAT(body, HasSubstr(R"("args":{"x":1})"));
  EXPECT_THAT(body, HasSubstr(R"("args":{})"));
  EXPECT_THAT(body, HasSubstr(R"("args":{"arguments":"[1"})"));
}

TEST(GeminiRequestWriter, EveryCallGetsOneResult) {
  auto failed = result("b", "boom");
  failed.error = true;
  const auto body =
      write(with_calls({call("a", ""), call("b", "")}, {result("stray", "who"), failed})).body;
  EXPECT_THAT(body,
              HasSubstr(R"({"role":"user","parts":[{"functionResponse":{"name":"f",)"
                        R"("response":{"error":"the call has no result"}}},)"
                        R"({"functionResponse":{"name":"f","response":{"error":"boom"}}}]})"));
  EXPECT_THAT(body, HasSubstr(R"({"role":"user","parts":[{"text":"who"}]})"));
}

TEST(GeminiRequestWriter, AStructuredFailureIsToldAsOne) {
  ToolResultPart failed;
  failed.call_id = {"a"};
  failed.raw = R"({"code":7})";
  failed.error = true;
  EXPECT_THAT(write(with_calls({call("a", "")}, {failed})).body,
              HasSubstr(R"("response":{"error":{"code":7}})"));
}

TEST(GeminiRequestWriter, Gemini3GetsASignatureOnTheFirstCall) {
  const auto conversation = with_calls({call("a", ""), call("b", "")}, {});
  const auto body = write(conversation, "gemini-3-pro").body;
  EXPECT_THAT(body, HasSubstr(R"({"functionCall":{"name":"f","args":{}},)"
                              R"("thoughtSignature":"skip_thought_signature_validator"},)"
                              R"({"functionCall":{"name":"f","args":{}}})"));
  EXPECT_THAT(write(conversation, "gemini-2.5-pro").body, Not(HasSubstr("thoughtSignature")));
}

TEST(GeminiRequestWriter, ASignatureInTheIdComesBackAndSoDoesTheId) {
  const auto body =
      write(with_calls({call("gcall_8f2b__sig0Zm8", "")}, {result("gcall_8f2b__sig0Zm8", "x")}),
            "gemini-3-pro")
          .body;
  EXPECT_THAT(body, HasSubstr(R"({"functionCall":{"id":"8f2b","name":"f","args":{}},)"
                              R"("thoughtSignature":"Zm8="})"));
  EXPECT_THAT(body, HasSubstr(R"({"functionResponse":{"id":"8f2b","name":"f",)"));
}

TEST(GeminiRequestWriter, ImagesInResultsStandWhereTheModelTakesThem) {
  auto with_image = result("a", "see");
  MediaPart image;
  image.media_type = "image/png";
  image.data = {"iVBO"};
  with_image.parts.emplace_back(image);
  const auto conversation = with_calls({call("a", "")}, {with_image});
  EXPECT_THAT(write(conversation, "gemini-3-pro").body,
              HasSubstr(R"("response":{"output":"see"},)"
                        R"("parts":[{"inlineData":{"mimeType":"image/png","data":"iVBO"}}])"));
  EXPECT_THAT(write(conversation, "gemini-2.5-pro").body,
              HasSubstr(R"("response":{"output":"see"}}}]},)"
                        R"({"role":"user","parts":[{"inlineData":)"));
}

TEST(GeminiRequestWriter, ForeignThoughtsLoseTheirSignature) {
  ReasoningPart thought;
  thought.text = {"hm"};
  thought.signature = {"c2ln"};
  const auto written = write(with_calls({thought, call("a", "")}, {result("a", "x")}));
  EXPECT_THAT(written.body, HasSubstr(R"({"text":"hm","thought":true})"));
  EXPECT_THAT(written.lost(), ElementsAre("reasoning.signature"));
}

TEST(GeminiRequestWriter, ToolsOfOtherProvidersAreMappedOrTold) {
  Conversation conversation;
  conversation.messages.emplace_back().parts.emplace_back(TextPart{});
  for (const std::string_view name : {"web_search_20250305", "computer_20250124"}) {
    Tool tool;
    tool.kind = Tool::Kind::kProvider;
    tool.name = {name};
    conversation.tools.push_back(tool);
  }
  const auto written = write(conversation);
  EXPECT_THAT(written.body, HasSubstr(R"("tools":[{"googleSearch":{}}])"));
  EXPECT_THAT(written.lost(), ElementsAre("tools.computer_20250124"));
}

TEST(GeminiRequestWriter, SchemasGoWhereTheyAreUnderstood) {
  Conversation conversation;
  conversation.messages.emplace_back().parts.emplace_back(TextPart{});
  for (const std::string_view schema :
       {R"({"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":false})",
        R"({"type":"object","properties":{"a":{"const":1}}})",
        R"({"type":"object","properties":{}})"}) {
    Tool tool;
    tool.name = {"f"};
    tool.schema = schema;
    conversation.tools.push_back(tool);
  }
  EXPECT_THAT(
      write(conversation).body,
      HasSubstr(
          R"([{"name":"f","parameters":{"properties":{"a":{"type":"string"}},"type":"object"}},)"
          R"({"name":"f","parametersJsonSchema":{"type":"object","properties":{"a":{"const":1}}}},)"
          R"({"name":"f"}])"));
}

TEST(GeminiRequestWriter, MoreStopsThanGeminiTakesAreTold) {
  Conversation conversation;
  conversation.messages.emplace_back().parts.emplace_back(TextPart{});
  conversation.stop = {{"a"}, {""}, {"b"}, {"c"}, {"d"}, {"e"}, {"f"}};
  const auto written = write(conversation);
  EXPECT_THAT(written.body, HasSubstr(R"("stopSequences":["a","b","c","d","e"])"));
  EXPECT_THAT(written.lost(), ElementsAre("stop"));
}

TEST(GeminiRequestWriter, InstructionsAloneBecomeATurn) {
  Conversation conversation;
  conversation.system.emplace_back().text = {"Say hi."};
  EXPECT_THAT(write(conversation).body,
              HasSubstr(R"("contents":[{"role":"user","parts":[{"text":"Say hi."}]}])"));
}

}  // namespace
}  // namespace tidegate::llm::gemini
