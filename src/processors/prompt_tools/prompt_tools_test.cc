#include "processors/prompt_tools/prompt_tools.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "pipeline/scope_run.h"
#include "processors/prompt_tools/config.h"
#include "processors/read_config.h"
#include "processors/request_fixture.h"

namespace tidegate::processors::prompt_tools {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kChat = "/v1/chat/completions";
constexpr const char* kMessages = "/v1/messages";
constexpr const char* kResponses = "/v1/responses";

std::string processed(const std::string& config, std::string body, std::string path = kChat) {
  RequestFixture request(prompt_tools(), config, std::move(path), std::move(body));
  return request.run();
}

TEST(PromptTools, PutsMessagesAtBothEndsOfAConversation) {
  const std::string config = R"({"messages":{"prepend":[{"role":"system","content":"Be \"kind\"."}],
      "append":[{"role":"user","content":"In English."}]}})";
  EXPECT_EQ(
      processed(config, R"({"model":"m", "messages":[ {"role":"user","content":"hi"} ],"x":1.0})"),
      R"({"model":"m", "messages":[{"role":"system","content":"Be \"kind\"."}, )"
      R"({"role":"user","content":"hi"} ,{"role":"user","content":"In English."}],"x":1.0})");
  EXPECT_EQ(processed(config, R"({"model":"m","messages":[]})"),
            R"({"model":"m","messages":[{"role":"system","content":"Be \"kind\"."},)"
            R"({"role":"user","content":"In English."}]})");
}

TEST(PromptTools, PutsWhatTheSystemSaysWhereTheFormatHasIt) {
  const std::string config = R"({"messages":{"prepend":[{"role":"system","content":"Be kind."}]}})";
  const std::string rest = R"("max_tokens":9,"messages":[{"role":"user","content":"hi"}]})";
  EXPECT_EQ(processed(config, R"({"model":"m",)" + rest, kMessages),
            R"({"model":"m",)" + rest.substr(0, rest.size() - 1) + R"(,"system":"Be kind."})");
  EXPECT_EQ(processed(config, R"({"model":"m","system":"S",)" + rest, kMessages),
            R"({"model":"m","system":"Be kind.\n\nS",)" + rest);
  EXPECT_EQ(
      processed(config, R"({"model":"m","system":[{"type":"text","text":"S"}],)" + rest, kMessages),
      R"({"model":"m","system":[{"type":"text","text":"Be kind."},{"type":"text","text":"S"}],)" +
          rest);
  EXPECT_EQ(
      processed(config, R"({"model":"m","input":[{"role":"user","content":"hi"}]})", kResponses),
      R"({"model":"m","input":[{"role":"user","content":"hi"}],"instructions":"Be kind."})");
}

TEST(PromptTools, FailsWhereItCannotEditWhatItShould) {
  const std::string config = R"({"messages":{"prepend":[{"role":"user","content":"x"}]}})";
  EXPECT_THAT(processed(config, R"({"model":"m","messages":"text"})"), HasSubstr("!500 "));
  EXPECT_THAT(processed(config, R"({"model":"m","prompt":"text"})", "/v1/completions"),
              HasSubstr("!500 "));
}

TEST(PromptTools, SetsForcesAndCapsParameters) {
  const std::string config = R"({"parameters":{"defaults":{"temperature":0.5,"stop":["x"]},
      "overrides":{"store":false},"caps":{"top_p":0.9,"n":2}}})";
  EXPECT_EQ(
      processed(config,
                R"({"model":"m","messages":[],"store":true,"n":5,"top_p":0.1,"temperature":1})"),
      R"({"model":"m","messages":[],"store":false,"n":2,"top_p":0.1,"temperature":1,"stop":["x"]})");
}

TEST(PromptTools, EditsEveryMemberOfAName) {
  const std::string config = R"({"parameters":{"caps":{"top_k":2}}})";
  EXPECT_EQ(processed(config, R"({"model":"m","messages":[],"top_k":9,"top\u005fk":8})"),
            R"({"model":"m","messages":[],"top_k":2,"top\u005fk":2})");
}

TEST(PromptTools, BoundsTheOutput) {
  const std::string config = R"({"limits":{"maxOutputTokens":100}})";
  const std::string head = R"({"model":"m","messages":[])";
  EXPECT_EQ(processed(config, head + R"(,"max_tokens":500})"), head + R"(,"max_tokens":100})");
  EXPECT_EQ(processed(config, head + R"(,"max_tokens":50})"), head + R"(,"max_tokens":50})");
  EXPECT_EQ(processed(config, head + "}"), head + R"(,"max_completion_tokens":100})");
  EXPECT_EQ(processed(config, R"({"model":"m","input":"x"})", kResponses),
            R"({"model":"m","input":"x","max_output_tokens":100})");
}

TEST(PromptTools, RefusesWhatIsTooLarge) {
  EXPECT_THAT(processed(R"({"limits":{"maxBodyBytes":20}})", R"({"model":"m","messages":[]})"),
              HasSubstr("!413 request_too_large"));
  EXPECT_THAT(processed(R"({"limits":{"maxInputTokens":20}})",
                        R"({"model":"m","messages":[{"role":"user","content":")" +
                            std::string(400, 'x') + R"("}]})"),
              HasSubstr("!413 prompt_too_long"));
}

TEST(PromptTools, KnowsModelsByOtherNames) {
  EXPECT_EQ(processed(R"({"modelAliases":{"fast":"gpt-4o-mini"}})",
                      R"({ "model" : "fast","messages":[]})"),
            R"({ "model" : "gpt-4o-mini","messages":[]})");
}

TEST(PromptTools, KeepsOnlyAllowedTools) {
  const std::string tools =
      R"([{"type":"function","function":{"name":"get_time"}},{"type":"function","function":{"name":"rm"}}])";
  const std::string body = R"({"model":"m","messages":[],"tools":)" + tools + "}";
  EXPECT_EQ(
      processed(R"({"tools":{"allow":["get_*"]}})", body),
      R"({"model":"m","messages":[],"tools":[{"type":"function","function":{"name":"get_time"}}]})");
  EXPECT_EQ(processed(R"({"tools":{"allow":["search"]}})", body), R"({"model":"m","messages":[]})");
  EXPECT_THAT(processed(R"({"tools":{"allow":["get_*"],"action":"Reject"}})", body),
              HasSubstr("!403 tool_not_allowed: the tool \"rm\" is not allowed"));
  EXPECT_EQ(
      processed(
          R"({"tools":{"allow":["get_*"]}})",
          R"({"model":"m","max_tokens":1,"messages":[],"tools":[{"name":"get_x"},{"type":"web_search","name":"w"}]})",
          kMessages),
      R"({"model":"m","max_tokens":1,"messages":[],"tools":[{"name":"get_x"}]})");
}

TEST(PromptTools, TakesHeaderFieldsOutOfAnyJson) {
  const std::string config = R"({"headersFromPayload":[{"header":"x-tool","path":"$.params.name"},
      {"header":"x-first","path":"list[1].id"},{"header":"x-gone","path":"a.b"}]})";
  RequestFixture request(
      prompt_tools(), config, "/mcp",
      R"({"method":"tools/call","params":{"name":"sea\u0072ch"},"list":[1,{"id":7}]})");
  request.fields().add("x-gone", "spoofed");
  request.run();
  EXPECT_EQ(request.fields().find("x-tool"), "search");
  EXPECT_EQ(request.fields().find("x-first"), "7");
  EXPECT_EQ(request.fields().find("x-gone"), std::nullopt);
}

TEST(PromptTools, LeavesWhatIsNoJsonAlone) {
  EXPECT_EQ(processed(R"({"headersFromPayload":[{"header":"x-a","path":"a"}]})", "a=1", "/form"),
            "a=1");
}

constexpr const char* kGemini = "/v1beta/models/gemini-2.5-flash:generateContent";
constexpr const char* kConverse = "/model/anthropic.claude-sonnet/converse";
constexpr const char* kInvoke = "/model/anthropic.claude-sonnet/invoke";

TEST(PromptTools, DecoratesEveryDialect) {
  const std::string config = R"({"messages":{"prepend":[{"role":"system","content":"Be kind."},
      {"role":"assistant","content":"Hello."}],"append":[{"role":"user","content":"Bye."}]}})";
  EXPECT_EQ(processed(config, R"({"contents":[{"role":"user","parts":[{"text":"hi"}]}]})", kGemini),
            R"({"contents":[{"role":"model","parts":[{"text":"Hello."}]},)"
            R"({"role":"user","parts":[{"text":"hi"}]},{"role":"user","parts":[{"text":"Bye."}]}],)"
            R"("systemInstruction":{"parts":[{"text":"Be kind."}]}})");
  EXPECT_EQ(processed(config, R"({"system_instruction":{"parts":[{"text":"S"}]},"contents":[]})",
                      kGemini),
            R"({"system_instruction":{"parts":[{"text":"Be kind."},{"text":"S"}]},)"
            R"("contents":[{"role":"model","parts":[{"text":"Hello."}]},)"
            R"({"role":"user","parts":[{"text":"Bye."}]}]})");
  EXPECT_EQ(
      processed(
          config,
          R"({"system":[{"text":"S"}],"messages":[{"role":"user","content":[{"text":"hi"}]}]})",
          kConverse),
      R"({"system":[{"text":"Be kind."},{"text":"S"}],)"
      R"("messages":[{"role":"assistant","content":[{"text":"Hello."}]},)"
      R"({"role":"user","content":[{"text":"hi"}]},{"role":"user","content":[{"text":"Bye."}]}]})");
  EXPECT_EQ(
      processed(config, R"({"model":"m","input":"hi"})", kResponses),
      R"({"model":"m","input":[{"role":"assistant","content":"Hello."},)"
      R"({"role":"user","content":"hi"},{"role":"user","content":"Bye."}],"instructions":"Be kind."})");
  EXPECT_EQ(
      processed(config,
                R"({"anthropic_version":"bedrock-2023-05-31","max_tokens":9,"messages":[]})",
                kInvoke),
      R"({"anthropic_version":"bedrock-2023-05-31","max_tokens":9,"messages":)"
      R"([{"role":"assistant","content":"Hello."},{"role":"user","content":"Bye."}],"system":"Be kind."})");
  EXPECT_THAT(processed(config, R"({"inputText":"hi"})", kInvoke), HasSubstr("!500 "));
}

TEST(PromptTools, BoundsTheOutputOfEveryDialect) {
  const std::string config = R"({"limits":{"maxOutputTokens":100}})";
  EXPECT_EQ(processed(config, R"({"contents":[]})", kGemini),
            R"({"contents":[],"generationConfig":{"maxOutputTokens":100}})");
  EXPECT_EQ(
      processed(config, R"({"generation_config":{"max_output_tokens":500,"seed":1},"contents":[]})",
                kGemini),
      R"({"generation_config":{"max_output_tokens":100,"seed":1},"contents":[]})");
  EXPECT_EQ(processed(config, R"({"messages":[],"inferenceConfig":{"topP":0.5}})", kConverse),
            R"({"messages":[],"inferenceConfig":{"topP":0.5,"maxTokens":100}})");
  EXPECT_EQ(processed(config, R"({"messages":[],"inferenceConfig":null})", kConverse),
            R"({"messages":[],"inferenceConfig":{"maxTokens":100}})");
}

TEST(PromptTools, SetsParametersWithinObjects) {
  const std::string config = R"({"parameters":{"defaults":{"generationConfig.temperature":0.5},
      "overrides":{"generationConfig.seed":7,"labels.team":"a"},"caps":{"generationConfig.topK":3}}})";
  EXPECT_EQ(processed(config, R"({"contents":[],"generationConfig":{"topK":9}})", kGemini),
            R"({"contents":[],"generationConfig":{"topK":3,"seed":7,"temperature":0.5},)"
            R"("labels":{"team":"a"}})");
  EXPECT_EQ(processed(config, R"({"generationConfig":{},"labels":{"team":"b","x":1}})", kGemini),
            R"({"generationConfig":{"seed":7,"temperature":0.5},"labels":{"team":"a","x":1}})");
}

TEST(PromptTools, KeepsOnlyAllowedToolsOfEveryDialect) {
  const std::string config = R"({"tools":{"allow":["get_*","googleSearch"]}})";
  EXPECT_EQ(
      processed(
          config,
          R"({"contents":[],"tools":[{"functionDeclarations":[{"name":"get_x"},{"name":"rm"}],)"
          R"("googleSearch":{}},{"codeExecution":{}}]})",
          kGemini),
      R"({"contents":[],"tools":[{"functionDeclarations":[{"name":"get_x"}],"googleSearch":{}}]})");
  EXPECT_EQ(
      processed(config, R"({"tools":[{"functionDeclarations":[{"name":"rm"}]}],"toolConfig":{}})",
                kGemini),
      "{}");
  EXPECT_EQ(processed(config,
                      R"({"messages":[],"toolConfig":{"tools":[{"toolSpec":{"name":"rm"}},)"
                      R"({"toolSpec":{"name":"get_x"}},{"cachePoint":{"type":"default"}}]}})",
                      kConverse),
            R"({"messages":[],"toolConfig":{"tools":[{"toolSpec":{"name":"get_x"}},)"
            R"({"cachePoint":{"type":"default"}}]}})");
  EXPECT_EQ(
      processed(config, R"({"toolConfig":{"tools":[{"toolSpec":{"name":"rm"}}]},"messages":[]})",
                kConverse),
      R"({"messages":[]})");
  EXPECT_EQ(
      processed(config, R"({"model":"m","tools":[{"type":"function","function":{"name":"rm"}}],)"
                        R"("tool_choice":"required","messages":[]})"),
      R"({"model":"m","messages":[]})");
  EXPECT_EQ(processed(config, R"({"model":"m","messages":[],"functions":[{"name":"rm"}]})"),
            R"({"model":"m","messages":[]})");
  EXPECT_THAT(processed(R"({"tools":{"allow":["get_*"],"action":"Reject"}})",
                        R"({"messages":[],"toolConfig":{"tools":[{"toolSpec":{"name":"rm"}}]}})",
                        kConverse),
              HasSubstr("!403 tool_not_allowed: the tool \"rm\""));
}

TEST(PromptToolsConfig, TellsEveryProblemWithItsPath) {
  EXPECT_THAT(
      check_config<Config>(
          R"({"messages":{"prepend":[{"role":"robot","content":""}]},"limits":{"maxBodyBytes":0},
                        "headersFromPayload":[{"header":"a b","path":"a..b"}],"tols":{}})"),
      ElementsAre(HasSubstr("messages.prepend[0].role: "),
                  HasSubstr("messages.prepend[0].content: "),
                  HasSubstr("headersFromPayload[0].header: must be a header name"),
                  HasSubstr("headersFromPayload[0].path: must be a path"),
                  HasSubstr("limits.maxBodyBytes: "),
                  HasSubstr("tols: unknown field; did you mean \"tools\"?")));
  EXPECT_THAT(check_config<Config>("{}"), ElementsAre());
}

}  // namespace
}  // namespace tidegate::processors::prompt_tools
