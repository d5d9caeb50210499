// Webhook: what is asked, what its answers do, and what answers mean nothing.
#include "processors/webhook/webhook.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>

#include "processors/call_fixture.h"
#include "processors/read_config.h"
#include "processors/webhook/config.h"

namespace tidegate::processors::webhook {
namespace {

using pipeline::Outcome;
using pipeline::Phase;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kPass = R"({"action":"Pass"})";
constexpr const char* kChat =
    R"({"model":"m","messages":[{"role":"system","content":"be \"brief\""},{"role":"user","content":"caf\u00e9"}]})";

// One exchange whose webhook the test answers.
class Fixture : public CallFixture {
 public:
  explicit Fixture(const std::string& config = "{}", std::string path = "/v1/chat/completions")
      : CallFixture(webhook(), config, std::move(path)) {}
};

TEST(Webhook, AsksAboutAllTextsOfARequestAtOnce) {
  Fixture exchange(R"({"path":"/check?a=1","headers":["X-User","x-none"]})");
  exchange.caller.answer(200, kPass);
  EXPECT_EQ(exchange.request(kChat), kChat);
  ASSERT_EQ(exchange.caller.sent.size(), 1U);
  EXPECT_EQ(exchange.caller.sent[0].target, "/check?a=1");
  EXPECT_EQ(
      exchange.asked(),
      R"({"version":"v1","phase":"RequestBody","pipeline":"ns/p","processor":"guard","model":"m",)"
      R"("dialect":"openai","operation":"chat","stream":false,"context":{"policy":"strict"},)"
      R"("request":{"id":"r-1","method":"POST","path":"/v1/chat/completions","headers":{"x-user":"ann"}},)"
      R"("texts":[{"id":0,"channel":"system","message":0,"text":"be \"brief\""},)"
      R"({"id":1,"channel":"user","message":1,"text":"café"}]})");
}

TEST(Webhook, MasksTextsWhereTheyStand) {
  Fixture exchange;
  exchange.caller.answer(200, R"({"action":"Mask","texts":[{"id":1,"text":"a \"b\"\n"}]})");
  EXPECT_EQ(
      exchange.request(kChat),
      R"({"model":"m","messages":[{"role":"system","content":"be \"brief\""},{"role":"user","content":"a \"b\"\n"}]})");
}

TEST(Webhook, RejectsWithWhatTheWebhookSays) {
  Fixture exchange;
  exchange.caller.answer(
      200, R"({"action":"Reject","status":451,"code":"blocked","message":"no","score":0.9})");
  EXPECT_EQ(exchange.request(kChat), "!451 blocked: no");
  Fixture usual;
  usual.caller.answer(200, R"({"action":"Reject"})");
  EXPECT_EQ(usual.request(kChat), "!403 : a policy of the gateway refuses this");
}

TEST(Webhook, ShowsTheChannelsThatAreAskedForAndIsSilentWithoutAny) {
  Fixture users(R"({"channels":["User"]})");
  users.caller.answer(200, kPass);
  users.request(kChat);
  EXPECT_THAT(users.asked(), Not(HasSubstr("brief")));
  EXPECT_THAT(users.asked(), HasSubstr(R"("id":0,"channel":"user")"));
  Fixture tools(R"({"channels":["ToolResult"]})");
  EXPECT_EQ(tools.request(kChat), kChat);
  EXPECT_THAT(tools.caller.sent, IsEmpty());
}

TEST(Webhook, TakesTheWholePayloadOfWhatIsNoModelCall) {
  Fixture exchange("{}", "/upload");
  exchange.caller.answer(200, R"({"action":"Mask","texts":[{"id":0,"text":"x"}]})");
  EXPECT_EQ(exchange.request("secret"), "x");
  EXPECT_THAT(exchange.asked(), HasSubstr(R"({"id":0,"channel":"payload","text":"secret"})"));
  Fixture binary("{}", "/upload");
  EXPECT_EQ(binary.request("\xff\xfe"), "!500 : a payload processor failed");
  EXPECT_THAT(binary.caller.sent, IsEmpty());
}

TEST(Webhook, AsksAboutReplies) {
  Fixture exchange;
  exchange.caller.answer(200, R"({"action":"Mask","texts":[{"id":0,"text":"***"}]})");
  EXPECT_EQ(exchange.reply(R"({"choices":[{"index":0,"message":{"content":"key"}}]})"),
            R"({"choices":[{"index":0,"message":{"content":"***"}}]})");
  EXPECT_THAT(exchange.asked(), HasSubstr(R"("response":{"status":)"));
  Fixture sound;
  EXPECT_EQ(sound.reply("\xff\xfb"), "\xff\xfb");
  EXPECT_THAT(sound.caller.sent, IsEmpty());
}

TEST(Webhook, ShowsEachPieceOfAStreamWithWhatStandsBefore) {
  Fixture exchange(R"({"stream":{"contextBytes":5}})");
  exchange.caller.answer(200, kPass);
  exchange.piece("my é");
  EXPECT_THAT(exchange.asked(), HasSubstr(R"("message":0,"text":"my é"})"));
  exchange.caller.answer(200, R"({"action":"Mask","texts":[{"id":0,"text":"**"}]})");
  EXPECT_EQ(exchange.piece("key"), R"({"choices":[{"index":0,"delta":{"content":"**"}}]})");
  EXPECT_THAT(exchange.asked(), HasSubstr(R"("before":"my é","text":"key"})"));
  exchange.caller.answer(200, kPass);
  exchange.piece("x");
  // What the client has seen, from a whole character on.
  EXPECT_THAT(exchange.asked(), HasSubstr(R"("before":" é**","text":"x"})"));
  exchange.event("[DONE]");
  EXPECT_EQ(exchange.end(), "");
  EXPECT_EQ(exchange.caller.sent.size(), 3U);
}

TEST(Webhook, LetsSoMuchOfAStreamPassUnseenAndNoMore) {
  Fixture exchange(R"({"stream":{"everyBytes":4,"contextBytes":8}})");
  exchange.piece("ab");
  exchange.piece("cd");
  EXPECT_THAT(exchange.caller.sent, IsEmpty());
  exchange.caller.answer(200, kPass);
  exchange.piece("e");
  EXPECT_THAT(exchange.asked(), HasSubstr(R"("before":"abcd","text":"e"})"));
  exchange.piece("fg");
  // The rest is shown when the text ends: too late to mask, not to reject.
  exchange.caller.answer(200, R"({"action":"Reject"})");
  EXPECT_THAT(exchange.event(R"({"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})"),
              HasSubstr("!403"));
  EXPECT_THAT(exchange.asked(), HasSubstr(R"("before":"abcdefg","text":""})"));
}

TEST(Webhook, ShowsWhatIsLeftWhenAStreamEndsWithoutSaying) {
  Fixture kept(R"({"stream":{"everyBytes":400,"contextBytes":400}})");
  kept.piece("ab");
  kept.caller.answer(200, R"({"action":"Mask","texts":[{"id":0,"text":"x"}]})");
  EXPECT_EQ(kept.end(), "!500 : a payload processor failed");
  EXPECT_THAT(kept.asked(), HasSubstr(R"("before":"ab","text":""})"));
}

TEST(Webhook, TakesNoAnswerThatMakesNoSense) {
  const std::vector<std::pair<std::uint16_t, std::string>> answers = {
      {500, kPass},
      {404, kPass},
      {204, ""},
      {200, ""},
      {200, "null"},
      {200, R"({"action":"pass"})"},
      {200, R"({"verdict":"Pass"})"},
      {200, R"({"action":"Pass"}x)"},
      {200, R"({"action":"Mask"})"},
      {200, R"({"action":"Mask","texts":{}})"},
      {200, R"({"action":"Mask","texts":[1]})"},
      {200, R"({"action":"Mask","texts":[{"id":0}]})"},
      {200, R"({"action":"Mask","texts":[{"id":-1,"text":"x"}]})"},
      {200, R"({"action":"Mask","texts":[{"id":2,"text":"x"}]})"},
      {200, R"({"action":"Mask","texts":[{"id":0,"text":"x"},{"id":0,"text":"y"}]})"},
      {200, R"({"action":"Reject","status":200})"},
      {200, R"({"action":"Reject","code":")" + std::string(200, 'c') + R"("})"},
  };
  for (const auto& [status, body] : answers) {
    Fixture exchange;
    exchange.caller.answer(status, body);
    EXPECT_EQ(exchange.request(kChat), "!500 : a payload processor failed") << status << body;
  }
}

TEST(Webhook, FailsWithItsBackend) {
  Fixture late;
  late.caller.fail_with(Error(ErrorCode::kTimeout, Origin::kUpstream, "late"));
  EXPECT_EQ(late.request(kChat), "!504 : a payload processor did not answer in time");
  Fixture refused;
  refused.caller.fail_with(Error(ErrorCode::kConnectionRefused, Origin::kUpstream, "refused"));
  EXPECT_EQ(refused.request(kChat), "!500 : a payload processor failed");
}

TEST(Webhook, SaysWhatIsWrongWithItsConfiguration) {
  EXPECT_THAT(check_config<Config>("{}"), IsEmpty());
  EXPECT_THAT(check_config<Config>(R"({"path":"check"})"),
              ElementsAre(HasSubstr("path: must begin with /")));
  EXPECT_THAT(check_config<Config>(R"({"path":"/a b"})"), ElementsAre(HasSubstr("path")));
  EXPECT_THAT(check_config<Config>(R"({"channels":["Nobody"]})"),
              ElementsAre(HasSubstr("channels[0]")));
  EXPECT_THAT(check_config<Config>(R"({"headers":["a b"]})"), ElementsAre(HasSubstr("headers[0]")));
  EXPECT_THAT(check_config<Config>(R"({"stream":{"everyBytes":9,"contextBytes":8}})"),
              ElementsAre(HasSubstr("contextBytes must not be below")));
  EXPECT_THAT(check_config<Config>(R"({"url":"https://x"})"), ElementsAre(HasSubstr("url")));
}

}  // namespace
}  // namespace tidegate::processors::webhook
