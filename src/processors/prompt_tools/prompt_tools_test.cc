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
  EXPECT_THAT(processed(config, R"({"model":"m","input":"text"})", kResponses), HasSubstr("!500 "));
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
