// Moderation: what is asked, what counts, and what answers mean nothing.
#include "processors/moderation/moderation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "processors/call_fixture.h"
#include "processors/moderation/config.h"
#include "processors/read_config.h"

namespace tidegate::processors::moderation {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kChat =
    R"({"messages":[{"role":"system","content":"s"},{"role":"user","content":"one"},{"role":"user","content":"two"}]})";

class Fixture : public CallFixture {
 public:
  explicit Fixture(const std::string& config = "{}")
      : CallFixture(moderation(), config, "/v1/chat/completions") {}
};

std::string result(const std::string& flagged, const std::string& categories = "{}",
                   const std::string& scores = "{}") {
  return R"({"flagged":)" + flagged + R"(,"categories":)" + categories + R"(,"category_scores":)" +
         scores + "}";
}
std::string results(const std::string& list) { return R"({"id":"m","results":[)" + list + "]}"; }
const std::string kGood = result("false", R"({"violence":false,"hate/threatening":false})");
const std::string kBad = result("true", R"({"violence":true,"hate/threatening":true})");

TEST(Moderation, AsksAboutEachTextOfUsersAtOnce) {
  Fixture exchange(R"({"path":"/moderate","model":"judge"})");
  exchange.caller.answer(200, results(kGood + "," + kGood));
  EXPECT_EQ(exchange.request(kChat), kChat);
  ASSERT_EQ(exchange.caller.sent.size(), 1U);
  EXPECT_EQ(exchange.caller.sent[0].target, "/moderate");
  EXPECT_EQ(exchange.asked(), R"({"model":"judge","input":["one","two"]})");
}

TEST(Moderation, RefusesWhatTheProviderFlagsAndSaysWhy) {
  Fixture exchange;
  exchange.caller.answer(200, results(kGood + "," + kBad));
  EXPECT_EQ(exchange.request(kChat),
            "!403 content_filter: Refused by moderation: violence, hate/threatening");
  Fixture bare;
  bare.caller.answer(200, results(kGood + "," + result("true")));
  EXPECT_EQ(bare.request(kChat), "!403 content_filter: Refused by moderation: flagged");
  Fixture mistral;  // has no "flagged"
  mistral.caller.answer(200,
                        results(R"({"categories":{"pii":true}},{"categories":{"pii":false}})"));
  EXPECT_EQ(mistral.request(kChat), "!403 content_filter: Refused by moderation: pii");
}

TEST(Moderation, GoesByItsOwnThresholdsWhereThereAreSome) {
  const std::string config =
      R"({"status":451,"thresholds":[{"category":"violence","score":0.5},{"category":"hate","score":0.2}]})";
  Fixture below(config);
  const std::string low = result("true", "{}", R"({"violence":0.49,"hate":1e-3,"other":1})");
  below.caller.answer(200, results(low + "," + low));
  EXPECT_EQ(below.request(kChat), kChat);
  Fixture above(config);
  above.caller.answer(200,
                      results(low + "," + result("false", "{}", R"({"violence":0,"hate":0.2})")));
  EXPECT_EQ(above.request(kChat), "!451 content_filter: Refused by moderation: hate");
  Fixture unknown(config);
  unknown.caller.answer(200, results(low + "," + result("false", "{}", R"({"violence":0})")));
  EXPECT_EQ(unknown.request(kChat), "!500 : a payload processor failed");
}

TEST(Moderation, CutsLongTextsBetweenCharacters) {
  Fixture exchange(R"({"maxTextBytes":256})");
  exchange.caller.answer(200, results(kGood + "," + kGood));
  const std::string text = std::string(255, 'a') + "\u00e9" + "b";
  exchange.request(R"({"messages":[{"role":"user","content":")" + text + R"("}]})");
  EXPECT_THAT(exchange.asked(), HasSubstr(std::string(255, 'a') + "\",\"\u00e9" + "b\"]"));
  Fixture endless(R"({"maxTextBytes":256})");
  EXPECT_EQ(endless.request(R"({"messages":[{"role":"user","content":")" +
                            std::string(256 * 64 + 1, 'a') + R"("}]})"),
            "!500 : a payload processor failed");
  EXPECT_THAT(endless.caller.sent, IsEmpty());
}

TEST(Moderation, JudgesRepliesAndStreams) {
  Fixture reply;
  reply.caller.answer(200, results(kBad));
  EXPECT_THAT(reply.reply(R"({"choices":[{"index":0,"message":{"content":"x"}}]})"),
              HasSubstr("!403 content_filter"));
  Fixture stream(R"({"stream":{"everyBytes":4,"contextBytes":8}})");
  stream.piece("abcd");
  EXPECT_THAT(stream.caller.sent, IsEmpty());
  stream.caller.answer(200, results(kGood));
  stream.piece("e");
  EXPECT_THAT(stream.asked(), HasSubstr(R"("input":["abcde"])"));
  stream.caller.answer(200, results(kBad));
  EXPECT_THAT(stream.piece("fghij"), HasSubstr("!403 content_filter"));
}

TEST(Moderation, FailsWhenAnAnswerMeansNothing) {
  for (const std::string& answer :
       {std::string("{"), std::string("{}"), std::string(R"({"results":{}})"), results(kGood),
        results(kGood + "," + kGood + "," + kGood), results("1,2"),
        results(R"({"flagged":1,"categories":{}},{})"), results("{},{}")}) {
    Fixture exchange;
    exchange.caller.answer(200, answer);
    EXPECT_EQ(exchange.request(kChat), "!500 : a payload processor failed") << answer;
  }
  Fixture refused;
  refused.caller.answer(401, results(kGood + "," + kGood));
  EXPECT_EQ(refused.request(kChat), "!500 : a payload processor failed");
}

TEST(Moderation, TellsEveryProblemOfItsConfiguration) {
  const std::vector<std::string> expected = {
      "path: must begin with / and have no blanks, quotes or fragment, not \"x y\"",
      "thresholds[1].score: must be 0..1, not 2",
      "thresholds[1]: has the category of another one",
      "stream: contextBytes must not be below everyBytes: what has passed unseen is shown as "
      "context",
  };
  EXPECT_EQ(check_config<Config>(R"({"path":"x y","stream":{"contextBytes":1},
      "thresholds":[{"category":"a","score":0},{"category":"a","score":2}]})"),
            expected);
}

}  // namespace
}  // namespace tidegate::processors::moderation
