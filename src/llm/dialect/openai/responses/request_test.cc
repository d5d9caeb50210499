#include "llm/dialect/openai/responses/request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "json/cursor.h"
#include "json/scan.h"
#include "llm/conversation/cases_fixture.h"
#include "llm/conversation/request_fixture.h"
#include "llm/conversation/thought_signature.h"
#include "llm/dialect/openai/chat/request.h"

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
                        return read_responses_request(text, {}, conversation, arena);
                      });
}

std::unique_ptr<Read> read_file(const std::string& name) {
  auto got = openai::read(read_case("request_" + name + ".responses.json"));
  EXPECT_TRUE(got->result) << got->result.error().detail;
  return got;
}

Written write(const Conversation& conversation, std::string_view model = "gpt-5") {
  Written written;
  Target target;
  target.model = model;
  write_responses_request(conversation, target, written.body, written.losses);
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

TEST(ResponsesRequest, EveryCaseComesBackTheSame) {
  const auto names = find_cases("request_", ".responses.json");
  EXPECT_GE(names.size(), 12U);
  for (const auto& name : names) {
    SCOPED_TRACE(name);
    const auto source = read(read_case(name));
    ASSERT_TRUE(source->result) << source->result.error().detail;
    const auto first = write(source->conversation).body;
    EXPECT_EQ(first, write(read(first)->conversation).body);
  }
}

TEST(ResponsesRequest, EveryChatCaseCrossesAndComesBackTheSame) {
  for (const auto& name : find_cases("request_", ".chat.json")) {
    SCOPED_TRACE(name);
    Read chat;
    chat.body = read_case(name);
    ASSERT_TRUE(read_chat_request(chat.body, {}, chat.conversation, chat.arena));
    const auto first = write(chat.conversation).body;
    const auto back = read(first);
    ASSERT_TRUE(back->result) << back->result.error().detail;
    EXPECT_EQ(first, write(back->conversation).body);
  }
}

TEST(ResponsesRequest, PlainInputIsTheUsersTurn) {
  const auto got = read_file("text");
  EXPECT_EQ(part<TextPart>(*got, 0, 0).text.bytes, R"(Tell me a \"bedtime\" story \u00e4.)");
  const auto written = write(got->conversation);
  EXPECT_EQ(written.body,
            R"({"model":"gpt-5","input":[{"type":"message","role":"user","content":[)"
            R"({"type":"input_text","text":"Tell me a \"bedtime\" story \u00e4."}]}],)"
            R"("include":["reasoning.encrypted_content"],"store":false})");
  EXPECT_EQ(member(write(got->conversation, "gpt-4.1"), "include"), "");
}

TEST(ResponsesRequest, InstructionsStandBeforeAllAndOthersInTheirPlaces) {
  const auto got = read_file("multi_turn");
  const auto& system = got->conversation.system;
  ASSERT_EQ(system.size(), 3U);
  EXPECT_EQ(system[0].before, 0U);
  EXPECT_FALSE(system[0].developer);
  EXPECT_TRUE(system[1].developer);
  EXPECT_EQ(system[2].before, 2U);
}

TEST(ResponsesRequest, MediaComeFromUrlDataAndFile) {
  const auto got = read_file("media");
  using Source = MediaPart::Source;
  EXPECT_EQ(part<MediaPart>(*got, 0, 1).detail, "high");
  EXPECT_EQ(part<MediaPart>(*got, 0, 2).media_type, "image/png");
  EXPECT_EQ(part<MediaPart>(*got, 0, 3).source, Source::kFileId);
  EXPECT_EQ(part<MediaPart>(*got, 0, 4).source, Source::kUrl);
  EXPECT_EQ(part<MediaPart>(*got, 0, 5).name.bytes, "b.pdf");
  EXPECT_EQ(part<MediaPart>(*got, 0, 6).kind, MediaPart::Kind::kDocument);
  EXPECT_EQ(part<MediaPart>(*got, 0, 7).media_type, "audio/mpeg");
  EXPECT_THAT(write(got->conversation).lost(), IsEmpty());
}

TEST(ResponsesRequest, ItemsOfOneSideAreOneTurn) {
  const auto got = read_file("parallel_tool_results");
  ASSERT_EQ(got->conversation.messages.size(), 4U);
  EXPECT_EQ(got->conversation.messages[1].parts.size(), 3U);
  EXPECT_EQ(got->conversation.messages[2].parts.size(), 2U);
  EXPECT_EQ(part<ToolResultPart>(*got, 2, 0).name.bytes, "get_weather");
  EXPECT_THAT(write(got->conversation).body,
              HasSubstr(R"("call_id":"call_1","output":[{"type":"input_text","text":"20"},)"
                        R"({"type":"input_image","image_url":"data:image/png;base64,AAAA"}])"));
}

TEST(ResponsesRequest, ToolsAreFlatAndOpenAisOwnStay) {
  const auto got = read_file("tools");
  EXPECT_EQ(got->conversation.tools[1].kind, Tool::Kind::kProvider);
  const auto tools = member(write(got->conversation), "tools");
  EXPECT_THAT(tools, HasSubstr(R"({"type":"function","name":"get_weather","description":)"));
  EXPECT_THAT(tools, HasSubstr(R"({"type":"web_search","search_context_size":"low"})"));
  EXPECT_THAT(tools, HasSubstr(R"("format":{"type":"grammar","syntax":"lark")"));
  EXPECT_EQ(member(write(read_file("tool_named")->conversation), "tool_choice"),
            R"({"type":"function","name":"f"})");
  EXPECT_THAT(write(read_file("custom_tool")->conversation).body,
              HasSubstr(R"({"type":"custom_tool_call_output","call_id":"call_c","output":"hi"})"));
}

TEST(ResponsesRequest, ReasoningGoesBackAsItCame) {
  const auto got = read_file("reasoning");
  const auto& thought = part<ReasoningPart>(*got, 1, 0);
  EXPECT_EQ(thought.text.bytes, R"(**Comparing**\n\nTenths)");
  EXPECT_EQ(thought.encrypted.bytes, "gAAAA==");
  const auto written = write(got->conversation);
  EXPECT_THAT(written.body, HasSubstr(R"("encrypted_content":"gAAAA==")"));
  EXPECT_EQ(member(written, "reasoning"), R"({"effort":"low","summary":"auto"})");
  EXPECT_THAT(written.lost(), IsEmpty());
}

TEST(ResponsesRequest, AnotherProvidersSignatureComesOutOfItsWrapping) {
  Arena arena;
  const auto wrapped = wrap_thought({ForeignThought::Kind::kSignature, {}, {"c2ln"}}, arena);
  const auto got = read(R"({"input":[{"type":"reasoning","id":"rs_1","summary":[],)"
                        R"("encrypted_content":")" +
                        std::string(wrapped.bytes) + R"("}]})");
  EXPECT_EQ(part<ReasoningPart>(*got, 0, 0).signature.bytes, "c2ln");
  EXPECT_TRUE(part<ReasoningPart>(*got, 0, 0).encrypted.empty());
}

TEST(ResponsesRequest, OptionsKeepTheirWords) {
  const auto written = write(read_file("sampling")->conversation, "gpt-4.1");
  EXPECT_EQ(member(written, "temperature"), "0.70");
  EXPECT_EQ(member(written, "top_p"), "1e-1");
  EXPECT_EQ(member(written, "max_output_tokens"), "20");
  EXPECT_EQ(member(written, "include"),
            R"(["message.output_text.logprobs","file_search_call.results"])");
  EXPECT_EQ(member(written, "store"), "true");
  EXPECT_EQ(member(written, "truncation"), R"("auto")");
  EXPECT_EQ(member(written, "stream"), "true");
  EXPECT_THAT(written.lost(), IsEmpty());
  EXPECT_THAT(member(write(read_file("text_format")->conversation), "text"),
              HasSubstr(R"("verbosity":"low"})"));
}

TEST(ResponsesRequest, WhatChatHasAndResponsesHasNotIsALoss) {
  Read chat;
  chat.body = read_case("request_sampling.chat.json");
  ASSERT_TRUE(read_chat_request(chat.body, {}, chat.conversation, chat.arena));
  const auto written = write(chat.conversation, "gpt-4.1");
  EXPECT_THAT(written.lost(), ElementsAre("max_tokens", "logit_bias", "seed", "presence_penalty",
                                          "frequency_penalty", "stop"));
  EXPECT_EQ(member(written, "max_output_tokens"), "16");
  EXPECT_EQ(member(written, "text"), R"({"verbosity":"low"})");
}

TEST(ResponsesRequest, ChatGetsWhatBothHave) {
  const auto got = read_file("sampling");
  Written written;
  Target target;
  target.model = "m";
  write_chat_request(got->conversation, target, written.body, written.losses);
  EXPECT_EQ(member(written, "logprobs"), "true");
  EXPECT_EQ(member(written, "store"), "true");
  EXPECT_THAT(written.lost(), ElementsAre("include.file_search_call.results", "truncation"));
}

TEST(ResponsesRequest, ItemsOfProviderToolsAreTold) {
  const auto got = read_file("provider_items");
  ASSERT_EQ(got->conversation.unknown.size(), 1U);
  EXPECT_EQ(got->conversation.unknown[0].name, "input[1]");
  EXPECT_THAT(write(got->conversation).lost(), ElementsAre("input[1]"));
}

TEST(ResponsesRequest, WhatIsWrongOrCannotCrossIsToldByItsPath) {
  struct Case {
    std::string_view body;
    std::string_view detail;
  };
  const Case cases[] = {
      {R"({})", "'input' must be a string or an array"},
      {R"({"input":[7]})", "'input[0]' must be an object"},
      {R"({"input":[{"role":"robot","content":""}]})",
       "'input[0].role' must be user, assistant, system or developer"},
      {R"({"input":[{"role":"user","content":{}}]})",
       "'input[0].content' must be a string or an array"},
      {R"({"input":[{"role":"user","content":[{"type":"input_text"}]}]})",
       "'input[0].content[0].text' must be a string"},
      {R"({"input":[{"role":"user","content":[{"type":"input_image"}]}]})",
       "'input[0].content[0].image_url' must be a string"},
      {R"({"input":[{"type":"function_call","call_id":"a","arguments":"{}"}]})",
       "'input[0].name' must be a string"},
      {R"({"input":[{"type":"function_call_output","output":"x"}]})",
       "'input[0].call_id' must be a string"},
      {R"({"input":[{"type":"item_reference","id":"msg_1"}]})",
       "'input[0]' is a reference to an item that another provider does not have"},
      {R"({"input":"x","previous_response_id":"resp_1"})",
       "'previous_response_id' names what another provider keeps; send the whole input instead"},
      {R"({"input":"x","conversation":"conv_1"})",
       "'conversation' names what another provider keeps; send the whole input instead"},
      {R"({"input":"x","background":true})", "'background' cannot be true for this provider"},
      {R"({"input":"x","text":{"format":{"type":"xml"}}})",
       "'text.format.type' must be text, json_object or json_schema"},
      {R"({"input":"x","reasoning":{"effort":1}})", "'reasoning.effort' must be a string"},
      {R"({"input":"x","max_output_tokens":"many"})",
       "'max_output_tokens' must be a whole number that is not negative"},
      {R"({"input":"x","tools":[{"type":"function"}]})",
       "'tools[0].name' must be a string, not empty"},
  };
  for (const auto& test : cases) {
    const auto got = read(std::string(test.body));
    ASSERT_FALSE(got->result) << test.body;
    EXPECT_EQ(got->result.error().code, ErrorCode::kMalformed);
    EXPECT_EQ(got->result.error().detail, test.detail);
  }
}

TEST(ResponsesRequest, ReasoningOfOthersIsALossTowardsOpenAi) {
  Conversation conversation;
  Message turn;
  turn.role = Role::kAssistant;
  ReasoningPart thought;
  thought.text = {"secret"};
  thought.signature = {"c2ln"};
  turn.parts.emplace_back(thought);
  conversation.messages.push_back(turn);
  const auto written = write(conversation);
  EXPECT_THAT(written.body, Not(HasSubstr("secret")));
  EXPECT_THAT(written.lost(), ElementsAre("messages.reasoning"));
}

}  // namespace
}  // namespace tidegate::llm::openai
