#include "processors/prompt_tools/template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "processors/prompt_tools/config.h"
#include "processors/prompt_tools/prompt_tools.h"
#include "processors/read_config.h"
#include "processors/request_fixture.h"

namespace tidegate::processors::prompt_tools {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::string_view kConfig = R"json({"templates":[{"name":"summary",
  "variables":[{"name":"team","header":"x-team","default":"nobody"},
    {"name":"lang","path":"metadata.lang","default":"English"},
    {"name":"size","expression":"size(model)"},{"name":"text","maxBytes":40}],
  "messages":[{"role":"system","content":"You work for {{team}} in {{ lang }}, {{size}}."},
    {"role":"user","content":"Summarize: {{text}}{{text}}"}]}]})json";

std::string run(std::string_view body, std::string path = "/v1/chat/completions",
                std::string_view config = kConfig) {
  RequestFixture request(prompt_tools(), std::string(config), std::move(path), std::string(body));
  request.fields().add("x-team", "the \"lab\"");
  return request.run();
}

TEST(Templates, PutsValuesIntoAPrompt) {
  EXPECT_EQ(run(R"({"model":"m1","prompt":{"id":"summary","variables":{"text":"a\n"}}})"),
            R"({"model":"m1","messages":[)"
            R"({"role":"system","content":"You work for the \"lab\" in English, 2."},)"
            R"({"role":"user","content":"Summarize: a\na\n"}]})");
}

TEST(Templates, StandBeforeTheMessagesOfARequest) {
  EXPECT_EQ(
      run(R"({"prompt":{"variables":{"text":7},"id":"summary"},"model":"m","metadata":{"lang":"de"},)"
          R"("max_tokens":5,"messages":[{"role":"user","content":"more"}]})",
          "/v1/messages"),
      R"({"model":"m","metadata":{"lang":"de"},"max_tokens":5,)"
      R"("messages":[{"role":"user","content":"Summarize: 77"},{"role":"user","content":"more"}],)"
      R"("system":"You work for the \"lab\" in de, 1."})");
  EXPECT_THAT(run(R"({"prompt":{"id":"summary","variables":{"text":"x"}}})",
                  "/v1beta/models/gemini-2.5-flash:generateContent"),
              HasSubstr(R"("contents":[{"role":"user","parts":[{"text":"Summarize: xx"}]}])"));
  EXPECT_THAT(
      run(R"({"model":"m","prompt":{"id":"summary","variables":{"text":{"type":"input_text","text":"x"}}}})",
          "/v1/responses"),
      HasSubstr(R"("input":[{"role":"user","content":"Summarize: xx"}])"));
}

TEST(Templates, NeverLookAtAValueAgain) {
  EXPECT_THAT(
      run(R"({"model":"m","prompt":{"id":"summary","variables":{"text":"{{team}} {{gone}}"}}})"),
      HasSubstr(R"("Summarize: {{team}} {{gone}}{{team}} {{gone}}")"));
  // What would end a text or a message in JSON is escaped.
  EXPECT_THAT(
      run(R"({"model":"m","prompt":{"id":"summary","variables":{"text":"\"},{\"role\":\"x"}}})"),
      HasSubstr(R"("Summarize: \"},{\"role\":\"x\"},{\"role\":\"x")"));
}

TEST(Templates, RefuseWhatIsMissingOrStrange) {
  const auto with = [](std::string_view prompt) {
    return run(R"({"model":"m","messages":[],"prompt":)" + std::string(prompt) + "}");
  };
  EXPECT_EQ(with(R"({"id":"summary"})"),
            "!400 missing_variable: the prompt \"summary\" needs the variable \"text\"");
  EXPECT_EQ(with(R"({"id":"summary","variables":{"text":"x","mood":"y"}})"),
            "!400 unknown_variable: the prompt \"summary\" takes no variable \"mood\"");
  EXPECT_EQ(with(R"({"id":"summary","variables":{"text":"x","team":"y"}})"),
            "!400 unknown_variable: the prompt \"summary\" takes no variable \"team\"");
  EXPECT_THAT(with(R"({"id":"summary","variables":{"text":["x"]}})"),
              HasSubstr("!400 invalid_variable: the variable \"text\" must be"));
  EXPECT_THAT(with(R"({"id":"summary","variables":{"text":")" + std::string(41, 'x') + R"("}})"),
              HasSubstr("!400 invalid_variable: the variable \"text\" is larger than 40 bytes"));
  EXPECT_EQ(with(R"({"id":"gone"})"), "!400 unknown_prompt: there is no prompt \"gone\"");
  EXPECT_EQ(with(R"({"id":"summary","version":"2"})"),
            "!400 unknown_prompt: the prompt \"summary\" has no versions");
}

TEST(Templates, LeavePromptsOfOthersAlone) {
  const std::string stored = R"({"model":"m","prompt":{"id":"pmpt_1","version":"2"}})";
  EXPECT_EQ(run(stored, "/v1/responses"), stored);
  const std::string text = R"({"model":"m","prompt":"a text"})";
  EXPECT_EQ(run(text, "/v1/completions"), text);
}

TEST(Templates, CountWhatTheyAddToTheInput) {
  std::string config(kConfig);
  config.insert(1, R"("limits":{"maxInputTokens":45},)");
  EXPECT_THAT(run(R"({"model":"m","prompt":{"id":"summary","variables":{"text":"x"}}})",
                  "/v1/chat/completions", config),
              HasSubstr("!413 prompt_too_long"));
  EXPECT_THAT(run(R"({"model":"m","messages":[{"role":"user","content":"x"}]})",
                  "/v1/chat/completions", config),
              HasSubstr("{\"model\""));
}

TEST(Templates, DoNotGrowWithoutBound) {
  const std::string config =
      R"({"templates":[{"name":"big","variables":[{"name":"x","maxBytes":1000000}],
          "messages":[{"role":"user","content":"{{x}}{{x}}{{x}}"}]}]})";
  EXPECT_THAT(run(R"({"model":"m","prompt":{"id":"big","variables":{"x":")" +
                      std::string(500'000, 'x') + R"("}}})",
                  "/v1/chat/completions", config),
              HasSubstr("!413 prompt_too_long"));
}

TEST(Templates, TellProblemsOfTheirConfiguration) {
  EXPECT_THAT(check_config<Config>(R"({"templates":[{"name":"a","variables":[{"name":"unused"},
        {"name":"x","header":"x-a","path":"b"}],
        "messages":[{"role":"user","content":"{{x"},{"role":"user","content":"{{a b}} {{x}}"}]}]})"),
              ElementsAre(HasSubstr("templates[0].variables[1]: has more than one of"),
                          HasSubstr("templates[0].messages[0]: has \"{{\" without \"}}\""),
                          HasSubstr("templates[0].messages[1]: has \"{{a b}}\""),
                          HasSubstr("templates[0]: has no use of the variable \"unused\""),
                          HasSubstr("templates[0]: has no use of the variable \"x\"")));
  EXPECT_THAT(check_config<Config>(R"({"templates":[{"name":"a","variables":[
                  {"name":"x","expression":"modle"}],"messages":[{"role":"user","content":"{{x}}"}]}]})"),
              ElementsAre(HasSubstr("variables[0].expression: is no expression: 1:")));
}

}  // namespace
}  // namespace tidegate::processors::prompt_tools
