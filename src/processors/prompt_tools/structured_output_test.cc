#include "processors/prompt_tools/structured_output.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "processors/call_fixture.h"
#include "processors/exchange_fixture.h"
#include "processors/prompt_tools/config.h"
#include "processors/prompt_tools/prompt_tools.h"
#include "processors/read_config.h"
#include "processors/request_fixture.h"

namespace tidegate::processors::prompt_tools {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr const char* kChat = "/v1/chat/completions";
constexpr std::string_view kSchema =
    R"({"type":"object","properties":{"n":{"type":"integer"}},"required":["n"]})";

const std::string kOn = R"({"structuredOutput":{}})";
const std::string kWithSchema = R"({"structuredOutput":{"schema":)" + std::string(kSchema) + "}}";

std::string asking(std::string_view schema = kSchema) {
  return R"({"model":"m","messages":[],"response_format":{"type":"json_schema","json_schema":{"name":"a","schema":)" +
         std::string(schema) + "}}}";
}

std::string quote(std::string_view text) {
  Arena arena;
  return std::string(llm::quote(text, arena));
}

std::string chat_reply(std::string_view text) {
  return R"({"id":"c","object":"chat.completion","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":)" +
         quote(text) + R"(},"finish_reason":"stop"}]})";
}

constexpr std::string_view kInvalid =
    "!502 invalid_output: The answer is not what the schema describes: ";

TEST(StructuredOutput, ChecksWhatTheCallerAskedFor) {
  ExchangeFixture exchange(prompt_tools(), kOn, kChat, asking());
  EXPECT_EQ(exchange.sent, asking());
  const std::string right = chat_reply(R"({"n":1})");
  EXPECT_EQ(exchange.reply(right), right);
  EXPECT_EQ(exchange.reply(chat_reply(R"({"n":"1"})")),
            std::string(kInvalid) + "/n must be integer, and is a string");
  EXPECT_THAT(exchange.reply(chat_reply("Sure! {}")),
              StartsWith(std::string(kInvalid) + "JSON error"));
}

TEST(StructuredOutput, ChecksTheOperatorsSchemaWhereTheCallerHasNone) {
  ExchangeFixture exchange(prompt_tools(), kWithSchema, kChat, R"({"model":"m","messages":[]})");
  EXPECT_THAT(exchange.reply(chat_reply("{}")), StartsWith(kInvalid));
  ExchangeFixture own(prompt_tools(), kWithSchema, kChat, asking(R"({"type":"array"})"));
  EXPECT_EQ(own.reply(chat_reply("[]")), chat_reply("[]"));
}

TEST(StructuredOutput, ChecksThatJsonIsJson) {
  ExchangeFixture exchange(
      prompt_tools(), kOn, kChat,
      R"({"model":"m","messages":[],"response_format":{"type":"json_object"}})");
  EXPECT_EQ(exchange.reply(chat_reply("[1]")), chat_reply("[1]"));
  EXPECT_THAT(exchange.reply(chat_reply("[1")), StartsWith(kInvalid));
}

TEST(StructuredOutput, LooksAtNothingThatNobodyAskedFor) {
  ExchangeFixture exchange(prompt_tools(), kOn, kChat, R"({"model":"m","messages":[]})");
  EXPECT_EQ(exchange.reply(chat_reply("no JSON")), chat_reply("no JSON"));
  const Events passed = exchange.event("", R"({"choices":[{"index":0,"delta":{"content":"x"}}]})");
  EXPECT_EQ(passed.size(), 1U);
}

TEST(StructuredOutput, ChecksEveryDialect) {
  struct Case {
    std::string path;
    std::string request;
    std::string reply;  // "@" is the text
  };
  const std::string schema(kSchema);
  const Case cases[] = {
      {"/v1/messages",
       R"({"model":"m","max_tokens":9,"messages":[{"role":"user","content":"x"}],"output_config":{"format":{"type":"json_schema","schema":)" +
           schema + "}}}",
       R"({"id":"m","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":@}],"stop_reason":"end_turn","usage":{"input_tokens":1,"output_tokens":1}})"},
      {"/v1/responses",
       R"({"model":"m","input":"x","text":{"format":{"type":"json_schema","name":"a","schema":)" +
           schema + "}}}",
       R"({"id":"r","object":"response","status":"completed","model":"m","output":[{"type":"message","id":"i","role":"assistant","status":"completed","content":[{"type":"output_text","text":@,"annotations":[]}]}]})"},
      {"/v1beta/models/gemini-2.5-flash:generateContent",
       R"({"contents":[{"role":"user","parts":[{"text":"x"}]}],"generationConfig":{"responseMimeType":"application/json","responseJsonSchema":)" +
           schema + "}}",
       R"({"candidates":[{"index":0,"content":{"role":"model","parts":[{"text":@}]},"finishReason":"STOP"}]})"},
      {"/v1beta/models/gemini-2.5-flash:generateContent",
       R"({"contents":[{"role":"user","parts":[{"text":"x"}]}],"generationConfig":{"responseMimeType":"application/json","responseSchema":{"type":"OBJECT","properties":{"n":{"type":"INTEGER"}},"required":["n"]}}})",
       R"({"candidates":[{"index":0,"content":{"role":"model","parts":[{"text":@}]},"finishReason":"STOP"}]})"},
  };
  for (const Case& one : cases) {
    ExchangeFixture exchange(prompt_tools(), kOn, one.path, one.request);
    const auto reply = [&](std::string_view text) {
      std::string body = one.reply;
      return body.replace(body.find('@'), 1, quote(text));
    };
    EXPECT_EQ(exchange.reply(reply(R"({"n":1})")), reply(R"({"n":1})")) << one.path;
    EXPECT_THAT(exchange.reply(reply(R"({"m":1})")),
                HasSubstr("!502 invalid_output: The answer is not what the schema describes: the "
                          "whole must have the member \"n\""))
        << one.path;
  }
  ExchangeFixture converse(prompt_tools(), kWithSchema, "/model/claude/converse",
                           R"({"messages":[{"role":"user","content":[{"text":"x"}]}]})");
  EXPECT_THAT(
      converse.reply(
          R"({"output":{"message":{"role":"assistant","content":[{"text":"{}"}]}},"stopReason":"end_turn","usage":{"inputTokens":1,"outputTokens":1,"totalTokens":2}})"),
      StartsWith(kInvalid));
}

TEST(StructuredOutput, TellsAnAnswerThatWasCut) {
  ExchangeFixture exchange(prompt_tools(), kOn, kChat, asking());
  EXPECT_THAT(
      exchange.reply(
          R"({"id":"c","choices":[{"index":0,"message":{"role":"assistant","content":"{\"n\":"},"finish_reason":"length"}]})"),
      HasSubstr("; it was cut at the limit of output tokens"));
}

TEST(StructuredOutput, LetsRefusalsAndCallsOfToolsPass) {
  ExchangeFixture exchange(prompt_tools(), kOn, kChat, asking());
  const std::string refusal =
      R"({"id":"c","choices":[{"index":0,"message":{"role":"assistant","content":null,"refusal":"No."},"finish_reason":"stop"}]})";
  EXPECT_EQ(exchange.reply(refusal), refusal);
  const std::string call =
      R"({"id":"c","choices":[{"index":0,"message":{"role":"assistant","content":null,"tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":"{"}}]},"finish_reason":"tool_calls"}]})";
  EXPECT_EQ(exchange.reply(call), call);
}

TEST(StructuredOutput, ChecksArgumentsOfTools) {
  const std::string request =
      R"({"model":"m","messages":[],"tools":[{"type":"function","function":{"name":"f","parameters":)" +
      std::string(kSchema) + "}}]}";
  const auto call = [](std::string_view name, std::string_view arguments) {
    return R"({"id":"c","choices":[{"index":0,"message":{"role":"assistant","content":null,"tool_calls":[{"id":"1","type":"function","function":{"name":")" +
           std::string(name) + R"(","arguments":)" + quote(arguments) +
           R"(}}]},"finish_reason":"tool_calls"}]})";
  };
  ExchangeFixture exchange(prompt_tools(), R"({"structuredOutput":{"toolArguments":true}})", kChat,
                           request);
  EXPECT_EQ(exchange.reply(call("f", R"({"n":2})")), call("f", R"({"n":2})"));
  EXPECT_EQ(exchange.reply(call("f", R"({"n":2.5})")),
            std::string(kInvalid) + "the call of \"f\": /n must be integer, and is a number");
  EXPECT_EQ(exchange.reply(call("other", "{")), call("other", "{"));
}

TEST(StructuredOutput, RefusesSchemasThatItCannotHonour) {
  RequestFixture remote(prompt_tools(), kOn, kChat, asking(R"({"$ref":"https://example.com/a"})"));
  EXPECT_THAT(remote.run(), HasSubstr("!400 invalid_schema: the schema at \"\" refers to"));
  RequestFixture several(prompt_tools(), kWithSchema, kChat,
                         R"({"model":"m","messages":[],"n":2})");
  EXPECT_THAT(several.run(), HasSubstr("!400 invalid_schema: several choices"));
  RequestFixture old(prompt_tools(), kWithSchema, "/v1/completions",
                     R"({"model":"m","prompt":"x"})");
  EXPECT_THAT(old.run(), HasSubstr("!500 "));
  RequestFixture vectors(prompt_tools(), kWithSchema, "/v1/embeddings",
                         R"({"model":"m","input":"x"})");
  EXPECT_EQ(vectors.run(), R"({"model":"m","input":"x"})");
}

// ---- Streams

std::string delta(std::string_view text) {
  return R"({"id":"c","model":"m","choices":[{"index":0,"delta":{"content":)" + quote(text) +
         "}}]}";
}
const std::string kFinish =
    R"({"id":"c","model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})";

TEST(StructuredOutput, KeepsAStreamUntilItWasChecked) {
  ExchangeFixture exchange(prompt_tools(), kOn, kChat, asking());
  for (const auto& data : {delta("{\"n\":"), delta("1}"), kFinish, std::string("[DONE]")}) {
    EXPECT_THAT(exchange.event("", data), IsEmpty());
  }
  const Events all = exchange.end();
  ASSERT_EQ(all.size(), 4U);
  EXPECT_EQ(all[0].second, delta("{\"n\":"));
  EXPECT_EQ(all[3].second, "[DONE]");
}

TEST(StructuredOutput, SendsNothingOfAStreamThatIsWrong) {
  ExchangeFixture exchange(prompt_tools(), kOn, kChat, asking());
  for (const auto& data : {delta("{\"n\":"), delta("true}"), kFinish, std::string("[DONE]")}) {
    EXPECT_THAT(exchange.event("", data), IsEmpty());
  }
  EXPECT_THAT(exchange.end(), IsEmpty());
}

TEST(StructuredOutput, BoundsWhatItKeeps) {
  const std::string config = R"({"structuredOutput":{"maxBytes":1024}})";
  ExchangeFixture exchange(prompt_tools(), config, kChat, asking());
  EXPECT_THAT(exchange.event("", delta(std::string(500, 'x'))), IsEmpty());
  // The failure mode ends it; here the fixture shows the event as it was.
  exchange.event("", delta(std::string(800, 'x')));
  EXPECT_THAT(exchange.end(), IsEmpty());
}

// ---- Repair

const std::string kRepairing =
    R"({"structuredOutput":{"repair":{"model":"fixer"},"schema":)" + std::string(kSchema) + "}}";

struct Repairing : CallFixture {
  explicit Repairing(const std::string& path = kChat,
                     const std::string& body = R"({"model":"m","messages":[]})")
      : CallFixture(prompt_tools(), kRepairing, path) {
    request(body);
  }
};

TEST(StructuredOutput, IsPutRightOnce) {
  Repairing exchange;
  exchange.caller.answer(200, chat_reply("```json\n{\"n\":3}\n```"));
  EXPECT_EQ(exchange.reply(chat_reply("n is 3")), chat_reply("{\"n\":3}"));
  EXPECT_EQ(exchange.caller.sent.back().target, "/v1/chat/completions");
  EXPECT_THAT(exchange.asked(), HasSubstr(R"({"model":"fixer","messages":[{"role":"system",)"));
  EXPECT_THAT(exchange.asked(), HasSubstr(R"(\"required\":[\"n\"])"));
  EXPECT_THAT(exchange.asked(), HasSubstr("Text:\\nn is 3"));
  EXPECT_THAT(exchange.asked(), HasSubstr("Wrong:\\nJSON error"));
}

TEST(StructuredOutput, FailsWhereTheRepairDoes) {
  Repairing wrong;
  wrong.caller.answer(200, chat_reply("{}"));
  EXPECT_THAT(wrong.reply(chat_reply("n is 3")), StartsWith("!500"));
  EXPECT_EQ(wrong.caller.sent.size(), 1U);
  Repairing refused;
  refused.caller.answer(500, "{}");
  EXPECT_THAT(refused.reply(chat_reply("n is 3")), StartsWith("!500"));
  Repairing strange;
  strange.caller.answer(200, "[]");
  EXPECT_THAT(strange.reply(chat_reply("n is 3")), StartsWith("!500"));
}

TEST(StructuredOutput, IsNotRepairedWhereItIsRight) {
  Repairing exchange;
  EXPECT_EQ(exchange.reply(chat_reply("{\"n\":3}")), chat_reply("{\"n\":3}"));
  EXPECT_THAT(exchange.caller.sent, IsEmpty());
}

TEST(HeldStream, SaysTheRightTextWhereverTheWrongOneStood) {
  ExchangeFixture exchange(prompt_tools(), kOn, "/v1/responses", R"({"model":"m","input":"x"})");
  Arena arena;
  http::RequestHead head(arena);
  pipeline::Message message(head);
  message.call = exchange.call();
  HeldStream held;
  const std::string events[][2] = {
      {"response.output_text.delta",
       R"({"type":"response.output_text.delta","item_id":"i","output_index":0,"content_index":0,"delta":"n is"})"},
      {"response.output_text.delta",
       R"({"type":"response.output_text.delta","item_id":"i","output_index":0,"content_index":0,"delta":" 3"})"},
      {"response.output_text.done",
       R"({"type":"response.output_text.done","item_id":"i","output_index":0,"content_index":0,"text":"n is 3"})"}};
  for (const auto& [type, data] : events) held.keep(type, data);
  ASSERT_TRUE(held.rewrite(message, "n is 3", "{\"n\":3}", arena));
  const std::string wire = held.wire(message);
  EXPECT_THAT(wire, HasSubstr(R"("delta":"{\"n\":3}")"));
  EXPECT_THAT(wire, HasSubstr(R"("delta":"")"));
  EXPECT_THAT(wire, HasSubstr(R"("text":"{\"n\":3}")"));
  EXPECT_THAT(wire, Not(HasSubstr("n is")));
}

TEST(StructuredOutputConfig, IsChecked) {
  EXPECT_THAT(check_config<Config>(
                  R"({"structuredOutput":{"schema":{"$ref":"http://a/b"},"repair":{"path":"x"}}})"),
              ElementsAre(HasSubstr("structuredOutput.schema: is no schema: the schema at"),
                          HasSubstr("structuredOutput.repair.model: is required"),
                          HasSubstr("structuredOutput.repair.path: ")));
  EXPECT_TRUE(prompt_tools().type.needs_backend(kRepairing));
  EXPECT_FALSE(prompt_tools().type.needs_backend(kWithSchema));
}

}  // namespace
}  // namespace tidegate::processors::prompt_tools
