#include "processors/semantic_router/semantic_router.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "embed/static_embedder.h"
#include "intent/train.h"
#include "intent/weights_file.h"
#include "processors/read_config.h"
#include "processors/request_fixture.h"
#include "processors/semantic_router/config.h"

namespace tidegate::processors::semantic_router {
namespace {

constexpr std::string_view kConfig = R"({
  "rules": [
    {"intent": "code", "keywords": ["stack trace", "C++", "```"]},
    {"intent": "long", "minCharacters": 300}],
  "intents": [
    {"name": "code", "model": "coder", "examples": ["write a python function", "fix this bug",
      "why does my program crash", "explain this sql query"]},
    {"name": "translation", "model": "small", "examples": ["translate this text into german",
      "how do you say thank you in japanese", "what does bonjour mean in english"]},
    {"name": "long", "model": "large"}],
  "fallback": {"model": "usual", "examples": ["hello there", "who won the world cup",
    "what is the weather today", "tell me a joke"]}})";

std::string chat(std::string_view messages) {
  return R"({"model":"gpt","messages":[)" + std::string(messages) + "]}";
}
std::string user(std::string_view text) {
  return R"({"role":"user","content":")" + std::string(text) + R"("})";
}

struct Routed {
  std::string intent;  // the request's field
  std::string body;
  std::string model() const {
    const auto begin = body.find("\"model\":\"") + 9;
    return body.substr(begin, body.find('"', begin) - begin);
  }
};
Routed run(const std::string& body, std::string_view config = kConfig,
           const std::string& path = "/v1/chat/completions") {
  RequestFixture request(semantic_router(), std::string(config), path, body);
  request.fields().add("x-tidegate-intent", "forged");
  Routed routed;
  routed.body = request.run();
  if (const auto found = request.fields().find("x-tidegate-intent")) {
    routed.intent = std::string(*found);
  }
  return routed;
}

TEST(SemanticRouter, SendsWhatIsMeantToItsModel) {
  const auto code = run(chat(user("please find the bug in my java function")));
  EXPECT_EQ(code.intent, "code");
  EXPECT_EQ(code.model(), "coder");
  const auto french = run(chat(user("Translate good night into French")));
  EXPECT_EQ(french.intent, "translation");
  EXPECT_EQ(french.model(), "small");
}

TEST(SemanticRouter, AbstainsFromWhatIsNearNothing) {
  for (const char* text : {"who painted the mona lisa", "tell me a joke", "", "..."}) {
    const auto routed = run(chat(user(text)));
    EXPECT_EQ(routed.intent, "none") << text;
    EXPECT_EQ(routed.model(), "usual") << text;
  }
}

TEST(SemanticRouter, LetsRulesDecideFirst) {
  EXPECT_EQ(run(chat(user("Translate this Stack  TRACE please"))).intent, "code");
  EXPECT_EQ(run(chat(user("anything in c++?"))).intent, "code");
  EXPECT_EQ(run(chat(user("a stacktrace"))).intent, "none");  // words, not pieces of them
  const auto words = run(chat(user(std::string(150, 'x') + " " + std::string(150, 'y'))));
  EXPECT_EQ(words.intent, "long");
  EXPECT_EQ(words.model(), "large");
}

TEST(SemanticRouter, LooksAtTheLastThingThatTheUserSays) {
  const std::string history = user("fix this bug") +
                              R"(,{"role":"assistant","content":"write a python function"},)" +
                              user("now translate this text into german") +
                              R"(,{"role":"assistant","content":"write a python function"})";
  EXPECT_EQ(run(chat(history)).intent, "translation");
  const std::string system =
      R"({"role":"system","content":"write a python function, fix this bug"},)";
  EXPECT_EQ(run(chat(system + user("what does bonjour mean"))).intent, "translation");
}

TEST(SemanticRouter, ReadsEveryDialect) {
  const std::string messages =
      R"({"model":"claude","max_tokens":9,"messages":[{"role":"user","content":[{"type":"text","text":"fix this bug in my program"}]}]})";
  EXPECT_EQ(run(messages, kConfig, "/v1/messages").intent, "code");
  const std::string response = R"({"model":"gpt","input":"fix this bug in my program"})";
  EXPECT_EQ(run(response, kConfig, "/v1/responses").intent, "code");
}

TEST(SemanticRouter, DoesNotLetOthersSayTheDecision) {
  EXPECT_EQ(run("{}", kConfig, "/v1/other").intent, "");
  EXPECT_EQ(run(chat(user("hello there"))).intent, "none");
}

TEST(SemanticRouter, LooksAtBothEndsOfALongText) {
  constexpr std::string_view kShort = R"({"maxBytes": 64, "intents": [
    {"name": "code", "examples": ["fix this bug", "explain this program"], "threshold": 0.3}]})";
  const std::string text = "fix this bug " + std::string(200, '.') + " in my program";
  EXPECT_EQ(run(chat(user(text)), kShort).intent, "code");
}

TEST(SemanticRouter, WorksWithoutDataToo) {
  constexpr std::string_view kLexical = R"({"embeddings": {"type": "Lexical"}, "intents": [
    {"name": "code", "examples": ["fix this bug", "fix that error"], "threshold": 0.4}]})";
  EXPECT_EQ(run(chat(user("fix this bug!")), kLexical).intent, "code");
  EXPECT_EQ(run(chat(user("hello")), kLexical).intent, "none");
}

TEST(SemanticRouter, TellsEveryProblemOfItsConfiguration) {
  EXPECT_EQ(check_config<Config>(R"({"intents":[{"name":"a"}]})"), std::vector<std::string>());
  const auto problems = check_config<Config>(R"({
    "embeddings": {"type": "Lexical", "file": "x"},
    "rules": [{"intent": "b"}, {"intent": "zz", "keywords": ["x"]}],
    "intents": [{"name": "None!"}, {"name": "b", "model": "m", "backend": "n"},
                {"name": "b", "reroute": true}]})");
  const std::vector<std::string> expected = {
      "embeddings: names a file, which only Static has",
      "rules[0]: says nothing: keywords, minCharacters or maxCharacters",
      "intents[0].name: must be lower case letters, digits, \"-\" and \"_\", and not \"none\", not "
      "\"None!\"",
      "intents[1]: names a model and a backend: one of them",
      "intents[2]: re-routes to no model",
      "intents[2]: has the name of another one",
      "rules: say \"zz\", which is no intent",
  };
  EXPECT_EQ(problems, expected);
}

TEST(SemanticRouter, IsNotMadeOfAFileThatIsNone) {
  config::ProcessorSpec spec;
  spec.config = R"({"embeddings":{"file":"/no/such.bin"},"intents":[{"name":"a"}]})";
  const auto made = semantic_router().make(spec);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().detail, "/no/such.bin: No such file or directory");
}

class TrainedRouter : public ::testing::Test {
 protected:
  TrainedRouter() {
    const std::vector<intent::Labeled> texts = {{"fix this bug", "code"},
                                                {"debug this function", "code"},
                                                {"translate this", "language"},
                                                {"how do you say hello in french", "language"},
                                                {"hello there", ""},
                                                {"tell me a joke", ""}};
    const auto trained =
        intent::train(texts, *embed::StaticEmbedder::builtin(), {.epochs = 5, .folds = 2});
    std::ofstream(path_, std::ios::binary) << intent::write_weights(trained.value().weights);
  }
  ~TrainedRouter() override { std::filesystem::remove(path_); }

  std::string config(std::string_view intents, std::string_view more = "") const {
    return R"({"trained":{"file":")" + path_ + R"("},"intents":[)" + std::string(intents) + "]" +
           std::string(more) + "}";
  }
  static std::string problem(const std::string& config) {
    config::ProcessorSpec spec;
    spec.config = config;
    const auto made = semantic_router().make(spec);
    return made ? "" : made.error().detail;
  }

  const std::string path_ = ::testing::TempDir() + "intents-" + std::to_string(::getpid()) + ".bin";
};

TEST_F(TrainedRouter, DecidesByWhatWasTrained) {
  const std::string both =
      config(R"({"name":"code","model":"coder"},{"name":"language","model":"small"})",
             R"(,"fallback":{"model":"usual"})");
  EXPECT_EQ(run(chat(user("debug the bug in this function")), both).model(), "coder");
  EXPECT_EQ(run(chat(user("say this in french, translate it")), both).intent, "language");
  EXPECT_EQ(run(chat(user("a joke, hello")), both).model(), "usual");
}

TEST_F(TrainedRouter, TakesAnIntentThatIsNotConfiguredAsNone) {
  const auto routed = run(chat(user("translate this")), config(R"({"name":"code"})"));
  EXPECT_EQ(routed.intent, "none");
}

TEST_F(TrainedRouter, RefusesWhatDoesNotFitTheFile) {
  EXPECT_EQ(problem(config(R"({"name":"code"},{"name":"poems"})")),
            path_ + ": knows no intent \"poems\"");
  EXPECT_EQ(problem(config(R"({"name":"code"},{"name":"poems"})",
                           R"(,"rules":[{"intent":"poems","keywords":["rhyme"]}])")),
            "");
  EXPECT_THAT(problem(config(R"({"name":"code"})", R"(,"embeddings":{"type":"Lexical"})")),
              ::testing::HasSubstr(path_ + ": was trained with the embeddings "));
  EXPECT_EQ(check_config<Config>(config(R"({"name":"code","examples":["fix it"]})")),
            (std::vector<std::string>{
                ": has examples or thresholds beside \"trained\", which has its own"}));
}

}  // namespace
}  // namespace tidegate::processors::semantic_router
