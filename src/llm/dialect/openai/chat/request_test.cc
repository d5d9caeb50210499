#include "llm/dialect/openai/chat/request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "json/cursor.h"
#include "json/scan.h"
#include "llm/conversation/cases_fixture.h"
#include "llm/conversation/request_fixture.h"

namespace tidegate::llm::openai {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

using Read = ReadRequest;
using Written = WrittenRequest;

std::unique_ptr<Read> read(std::string body) {
  return read_request(std::move(body),
                      [](std::string_view text, Conversation& conversation, Arena& arena) {
                        return read_chat_request(text, {}, conversation, arena);
                      });
}

std::unique_ptr<Read> read_file(const std::string& name) {
  auto got = openai::read(read_case("request_" + name + ".chat.json"));
  EXPECT_TRUE(got->result) << got->result.error().detail;
  return got;
}

Written write(const Conversation& conversation, Target target = {}) {
  Written written;
  if (target.model.empty()) target.model = "m";
  write_chat_request(conversation, target, written.body, written.losses);
  EXPECT_TRUE(json::validate(written.body, Origin::kInternal)) << written.body;
  return written;
}

std::string member(const Written& written, std::string_view name) {
  return std::string(json::find_member(written.body, name).value_or(""));
}

template <class T>
const T& part(const Read& read, std::size_t message, std::size_t index) {
  return std::get<T>(read.conversation.messages.at(message).parts.at(index));
}

TEST(ChatRequest, EveryCaseComesBackTheSame) {
  const auto names = find_cases("request_", ".chat.json");
  EXPECT_GE(names.size(), 12U);
  for (const auto& name : names) {
    SCOPED_TRACE(name);
    const auto source = read(read_case(name));
    ASSERT_TRUE(source->result) << source->result.error().detail;
    Target target;
    target.reasoning_field = Target::ReasoningField::kReasoning;
    target.keeps_cache_control = true;
    const auto first = write(source->conversation, target).body;
    const auto second = write(read(first)->conversation, target).body;
    EXPECT_EQ(first, second);
  }
}

TEST(ChatRequest, TextGoesThroughByteForByte) {
  const auto got = read_file("text");
  EXPECT_EQ(got->conversation.model, "gpt-5");
  const auto written = write(got->conversation);
  EXPECT_EQ(written.body,
            R"({"model":"m","messages":[{"role":"developer","content":"You are a helpful )"
            R"(assistant."},{"role":"user","content":"Hello! \"Quotes\", \u00e4 and \\ stay."}]})");
  EXPECT_THAT(written.lost(), IsEmpty());
}

TEST(ChatRequest, InstructionsKeepTheirPlaces) {
  const auto got = read_file("multi_turn");
  ASSERT_EQ(got->conversation.system.size(), 3U);
  EXPECT_EQ(got->conversation.system[1].before, 0U);
  EXPECT_EQ(got->conversation.system[2].before, 2U);
  EXPECT_EQ(got->conversation.messages[0].name.bytes, "ada");
  EXPECT_EQ(
      member(write(got->conversation), "messages"),
      R"([{"role":"system","content":"Be brief."},{"role":"system","content":"Answer in German."},)"
      R"({"role":"user","name":"ada","content":"Hi"},{"role":"assistant","content":"Hallo!"},)"
      R"({"role":"system","content":"Now answer in French."},)"
      R"({"role":"user","content":[{"type":"text","text":"And"},{"type":"text","text":" now?"}]}])");
}

TEST(ChatRequest, DeveloperBecomesSystemWhereTheTargetHasNoSuchRole) {
  Target target;
  target.takes_developer_role = false;
  EXPECT_THAT(write(read_file("text")->conversation, target).body,
              HasSubstr(R"([{"role":"system","content":"You are)"));
}

TEST(ChatRequest, ImagesComeAsUrlOrAsData) {
  const auto got = read_file("image");
  const auto& by_url = part<MediaPart>(*got, 0, 1);
  EXPECT_EQ(by_url.source, MediaPart::Source::kUrl);
  EXPECT_EQ(by_url.detail, "low");
  const auto& by_data = part<MediaPart>(*got, 0, 2);
  EXPECT_EQ(by_data.source, MediaPart::Source::kBase64);
  EXPECT_EQ(by_data.media_type, "image/png");
  EXPECT_TRUE(by_data.data.bytes.starts_with("iVBORw0KGgo"));
  EXPECT_THAT(write(got->conversation).body,
              HasSubstr(R"({"url":"data:image/png;base64,iVBORw0KGgo)"));
}

TEST(ChatRequest, SoundAndFilesHaveTheirTypes) {
  const auto audio = read_file("audio");
  EXPECT_EQ(part<MediaPart>(*audio, 0, 1).kind, MediaPart::Kind::kAudio);
  EXPECT_EQ(part<MediaPart>(*audio, 0, 1).media_type, "audio/wav");
  const auto file = read_file("file");
  const auto& pdf = part<MediaPart>(*file, 0, 0);
  EXPECT_EQ(pdf.kind, MediaPart::Kind::kDocument);
  EXPECT_EQ(pdf.media_type, "application/pdf");
  EXPECT_EQ(pdf.name.bytes, "a.pdf");
  EXPECT_EQ(part<MediaPart>(*file, 0, 1).source, MediaPart::Source::kFileId);
}

TEST(ChatRequest, ToolsAndTheirChoiceAreRead) {
  const auto got = read_file("tools");
  ASSERT_EQ(got->conversation.tools.size(), 2U);
  EXPECT_EQ(got->conversation.tools[0].strict, true);
  EXPECT_EQ(got->conversation.tool_choice->mode, ToolChoice::Mode::kAny);
  const auto written = write(got->conversation);
  EXPECT_EQ(member(written, "tool_choice"), R"("required")");
  EXPECT_EQ(member(written, "parallel_tool_calls"), "false");
  EXPECT_THAT(member(written, "tools"),
              HasSubstr(R"({"name":"get_time","parameters":{"type":"object","properties":{}}})"));
  EXPECT_EQ(member(write(read_file("tool_named")->conversation), "tool_choice"),
            R"({"type":"function","function":{"name":"f"}})");
}

TEST(ChatRequest, CustomToolsKeepTheirTextAndGrammar) {
  const auto got = read_file("custom_tool");
  const auto& call = part<ToolCallPart>(*got, 1, 0);
  EXPECT_TRUE(call.custom);
  EXPECT_EQ(call.arguments.bytes, R"(print(\"hello\")\n)");
  const auto written = write(got->conversation);
  EXPECT_THAT(member(written, "tools"), HasSubstr(R"("grammar":{"syntax":"regex")"));
  EXPECT_EQ(member(written, "tool_choice"), R"({"type":"custom","custom":{"name":"code"}})");
}

TEST(ChatRequest, ResultsOfATurnStandInOneMessageAndKnowTheirTool) {
  const auto got = read_file("parallel_tool_results");
  ASSERT_EQ(got->conversation.messages.size(), 4U);
  const auto& results = got->conversation.messages[2];
  EXPECT_EQ(results.role, Role::kUser);
  ASSERT_EQ(results.parts.size(), 2U);
  EXPECT_EQ(part<ToolResultPart>(*got, 2, 0).call_id.bytes, "call_2");
  EXPECT_EQ(part<ToolResultPart>(*got, 2, 1).name.bytes, "get_weather");
  EXPECT_THAT(member(write(got->conversation), "messages"),
              HasSubstr(R"({"role":"tool","tool_call_id":"call_1","content":"20 \u00b0C"},)"
                        R"({"role":"user","content":"Thanks. And Oslo?"})"));
}

TEST(ChatRequest, TheDeprecatedFunctionsAreTools) {
  const auto got = read_file("legacy_functions");
  EXPECT_EQ(got->conversation.tools[0].name.bytes, "f");
  EXPECT_EQ(part<ToolCallPart>(*got, 1, 0).id, part<ToolResultPart>(*got, 2, 0).call_id);
  EXPECT_FALSE(part<ToolCallPart>(*got, 1, 0).id.empty());
}

TEST(ChatRequest, NumbersStayAsTheyWere) {
  const auto got = read_file("sampling");
  const auto written = write(got->conversation);
  EXPECT_EQ(member(written, "temperature"), "1e-7");
  EXPECT_EQ(member(written, "top_p"), "0.10");
  EXPECT_EQ(member(written, "seed"), "12345678901234567890");
  EXPECT_EQ(member(written, "max_completion_tokens"), "9");
  EXPECT_EQ(member(written, "stop"), R"(["\n\n","END"])");
  EXPECT_EQ(member(written, "logit_bias"), R"({"50256":-100})");
  EXPECT_EQ(member(written, "store"), "true");
  EXPECT_EQ(member(written, "stream_options"), R"({"include_usage":true})");
  EXPECT_TRUE(got->conversation.include_usage);
  EXPECT_THAT(written.lost(), IsEmpty());
}

TEST(ChatRequest, QuirksOfTheTargetAreKept) {
  auto got = read_file("sampling");
  got->conversation.top_k = "40";
  Target target;
  target.max_tokens_name = Target::MaxTokensName::kMaxTokens;
  target.takes_stream_options = false;
  auto written = write(got->conversation, target);
  EXPECT_EQ(member(written, "max_tokens"), "9");
  EXPECT_EQ(member(written, "stream_options"), "");
  EXPECT_THAT(written.lost(), ElementsAre("top_k"));
  target.takes_top_k = true;
  EXPECT_EQ(member(write(got->conversation, target), "top_k"), "40");

  const auto format = read_file("response_format");
  EXPECT_EQ(format->conversation.output.name.bytes, "person");
  target.takes_json_schema = false;
  written = write(format->conversation, target);
  EXPECT_EQ(member(written, "response_format"), R"({"type":"json_object"})");
  EXPECT_THAT(written.lost(), ElementsAre("response_format.json_schema"));
}

TEST(ChatRequest, ReasoningGoesWhereTheTargetTakesIt) {
  const auto got = read_file("reasoning");
  EXPECT_EQ(got->conversation.reasoning->effort, Reasoning::Effort::kHigh);
  Target target;
  EXPECT_THAT(write(got->conversation, target).body,
              HasSubstr(R"("reasoning_content":"Compare the tenths.","content":"9.8")"));
  target.reasoning_field = Target::ReasoningField::kNone;
  const auto written = write(got->conversation, target);
  EXPECT_THAT(written.body, Not(HasSubstr("tenths")));
  EXPECT_THAT(written.lost(), ElementsAre("messages.reasoning"));
}

TEST(ChatRequest, DetailsOfReasoningCarryWhatBindsItToItsProvider) {
  const auto got = read_file("reasoning_details");
  EXPECT_EQ(got->conversation.reasoning->budget, 2000U);
  EXPECT_EQ(part<TextPart>(*got, 0, 0).cache, CacheLife::kOneHour);
  EXPECT_EQ(part<ReasoningPart>(*got, 1, 0).signature.bytes, "c2lnbmF0dXJl");
  EXPECT_EQ(part<ReasoningPart>(*got, 1, 0).text.bytes, "Let me see.");
  EXPECT_EQ(part<ReasoningPart>(*got, 1, 1).redacted.bytes, "cmVkYWN0ZWQ=");
}

TEST(ChatRequest, ThoughtSignatureComesFromTheCallOrFromItsId) {
  EXPECT_EQ(part<ToolCallPart>(*read_file("thought_signature"), 1, 0).signature.bytes, "U2lnQQ==");
  const auto by_id = read(
      R"({"model":"m","messages":[{"role":"assistant","tool_calls":[{"id":"call_1__sig0U2lnQQ",)"
      R"("type":"function","function":{"name":"f","arguments":"{}"}}]},)"
      R"({"role":"tool","tool_call_id":"call_1__sig0U2lnQQ","content":"x"}]})");
  EXPECT_EQ(part<ToolCallPart>(*by_id, 0, 0).signature.bytes, "U2lnQQ==");
  // OpenAI limits the length of ids.
  const auto written = write(by_id->conversation);
  EXPECT_THAT(written.body, HasSubstr(R"("id":"call_1","type")"));
  EXPECT_THAT(written.body, HasSubstr(R"("tool_call_id":"call_1","content")"));
}

TEST(ChatRequest, LongIdsAreShortenedAlikeInCallAndResult) {
  const std::string id(70, 'a');
  const auto got =
      read(R"({"model":"m","messages":[{"role":"assistant","tool_calls":[{"id":")" + id +
           R"(","type":"function","function":{"name":"f"}}]},{"role":"tool","tool_call_id":")" +
           id + R"("}]})");
  const auto written = write(got->conversation).body;
  const auto at = written.find("aaaa");
  const auto fitted = written.substr(at, 40);
  EXPECT_EQ(written[at + 40], '"');
  EXPECT_THAT(written, HasSubstr(R"("tool_call_id":")" + fitted + '"'));
  EXPECT_THAT(written, HasSubstr(R"("arguments":"{}")"));
}

TEST(ChatRequest, ErrorsAndMediaOfResultsAreTold) {
  Conversation conversation;
  Message turn;
  ToolResultPart result;
  result.call_id = {"call_1"};
  result.error = true;
  result.parts.emplace_back(TextPart{.text = {"no such city"}, .cache = {}, .citations = {}});
  MediaPart image;
  image.media_type = "image/png";
  image.data = {"AAAA"};
  result.parts.emplace_back(image);
  turn.parts.emplace_back(result);
  conversation.messages.push_back(turn);
  EXPECT_EQ(member(write(conversation), "messages"),
            R"([{"role":"tool","tool_call_id":"call_1","content":"Error: no such city"},)"
            R"({"role":"user","content":[{"type":"text","text":"Content of tool result call_1:"},)"
            R"({"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]}])");
}

TEST(ChatRequest, WhatIsNotKnownIsKeptByItsPath) {
  const auto got =
      read(R"({"model":"m","min_p":0.1,"modalities":["text"],"store":false,"messages":[)"
           R"({"role":"user","content":[{"type":"hologram","x":1}],"mood":"good"}]})");
  ASSERT_TRUE(got->result);
  ASSERT_EQ(got->conversation.unknown.size(), 3U);
  EXPECT_EQ(got->conversation.unknown[0].name, "min_p");
  EXPECT_EQ(got->conversation.unknown[1].name, "messages[0].content[0]");
  EXPECT_EQ(got->conversation.unknown[2].name, "messages[0].mood");
  EXPECT_EQ(got->conversation.unknown[2].raw, R"("good")");
}

TEST(ChatRequest, WrongTypesAreToldByTheirPath) {
  struct Case {
    std::string_view body;
    std::string_view detail;
  };
  const Case cases[] = {
      {R"({"model":"m"})", "'messages' must be an array"},
      {R"({"messages":[1]})", "'messages[0]' must be an object"},
      {R"({"messages":[{"content":"x"}]})", "'messages[0].role' must be a string"},
      {R"({"messages":[{"role":"user","content":""},{"role":"robot","content":""}]})",
       "'messages[1].role' must be system, developer, user, assistant or tool"},
      {R"({"messages":[{"role":"user"}]})", "'messages[0].content' must be a string or an array"},
      {R"({"messages":[{"role":"user","content":[{"type":"text","text":5}]}]})",
       "'messages[0].content[0].text' must be a string"},
      {R"({"messages":[{"role":"user","content":[{"type":"image_url","image_url":{}}]}]})",
       "'messages[0].content[0].image_url.url' must be a string"},
      {R"({"messages":[{"role":"system","content":[{"type":"image_url"}]}]})",
       "'messages[0].content[0].type' must be text"},
      {R"({"messages":[{"role":"tool","content":"x"}]})",
       "'messages[0].tool_call_id' must be a string"},
      {R"({"messages":[{"role":"assistant","tool_calls":[{"id":"a","function":{}}]}]})",
       "'messages[0].tool_calls[0].function.name' must be a string, not empty"},
      {R"({"messages":[],"temperature":"warm"})", "'temperature' must be a number"},
      {R"({"messages":[],"max_tokens":-1})",
       "'max_tokens' must be a whole number that is not negative"},
      {R"({"messages":[],"n":0})", "'n' must be between 1 and 128"},
      {R"({"messages":[],"stop":[1]})", "'stop[0]' must be a string"},
      {R"({"messages":[],"tools":{}})", "'tools' must be an array"},
      {R"({"messages":[],"tools":[{"type":"function","function":{"name":"f","parameters":1}}]})",
       "'tools[0].function.parameters' must be an object"},
      {R"({"messages":[],"tool_choice":"maybe"})",
       "'tool_choice' must be auto, none, required or an object"},
      {R"({"messages":[],"response_format":{"type":"xml"}})",
       "'response_format.type' must be text, json_object or json_schema"},
      {R"({"messages":[],"reasoning_effort":"huge"})",
       "'reasoning_effort' must be none, minimal, low, medium, high or xhigh"},
      {R"({"messages":[],"stream_options":{"include_usage":"yes"}})",
       "'stream_options.include_usage' must be a boolean"},
      {R"({"messages":[],"metadata":[]})", "'metadata' must be an object"},
  };
  for (const auto& test : cases) {
    const auto got = read(std::string(test.body));
    ASSERT_FALSE(got->result) << test.body;
    EXPECT_EQ(got->result.error().code, ErrorCode::kMalformed);
    EXPECT_EQ(got->result.error().origin, Origin::kDownstream);
    EXPECT_EQ(got->result.error().detail, test.detail);
  }
}

}  // namespace
}  // namespace tidegate::llm::openai
