#include "processors/semantic_router/remote_examples.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "processors/call_fixture.h"
#include "processors/read_config.h"
#include "processors/semantic_router/config.h"
#include "processors/semantic_router/semantic_router.h"

namespace tidegate::processors::semantic_router {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

const std::string kConfig = R"({
  "embeddings": {"type":"Backend","model":"embedder","dimensions":2},
  "rules": [{"intent":"code","keywords":["stack trace"]}],
  "intents": [{"name":"code","examples":["fix it","debug it"],"threshold":0.5},
              {"name":"food","examples":["cook it"],"threshold":0.5}]})";
const std::string kExampleVectors =
    R"({"data":[{"index":2,"embedding":[0,2]},{"index":0,"embedding":[3,0]},{"index":1,"embedding":[3,0.1]}]})";

std::string vector(std::string_view numbers) {
  return R"({"data":[{"embedding":[)" + std::string(numbers) + "]}]}";
}

struct Router : CallFixture {
  explicit Router(const std::string& config = kConfig)
      : CallFixture(semantic_router(), config, "/v1/chat/completions") {}
  std::string ask(std::string_view text) {
    const std::string outcome = request(R"({"model":"m","messages":[{"role":"user","content":")" +
                                        std::string(text) + R"("}]})");
    if (outcome.starts_with('!')) return outcome;
    return std::string(fields().find("x-tidegate-intent").value_or("-"));
  }
};

TEST(RemoteExamples, AreEmbeddedOnceWhenTheyAreNeeded) {
  Router router;
  EXPECT_THAT(router.caller.sent, IsEmpty());
  router.caller.answer(200, kExampleVectors);
  router.caller.answer(200, vector("7,1"));
  EXPECT_EQ(router.ask("my program fails"), "code");
  ASSERT_THAT(router.caller.sent, SizeIs(2));
  EXPECT_EQ(router.caller.sent[0].target, "/v1/embeddings");
  EXPECT_EQ(router.caller.sent[0].body,
            R"({"model":"embedder","input":["fix it","debug it","cook it"],"dimensions":2,)"
            R"("encoding_format":"float"})");
  EXPECT_EQ(
      router.caller.sent[1].body,
      R"({"model":"embedder","input":"my program fails","dimensions":2,"encoding_format":"float"})");
  router.caller.answer(200, vector("0.1,9"));
  EXPECT_EQ(router.ask("soup"), "food");
  EXPECT_THAT(router.caller.sent, SizeIs(3));
}

TEST(RemoteExamples, AreNotAskedForWhereARuleDecidesOrNothingIsSaid) {
  Router router;
  EXPECT_EQ(router.ask("a stack trace"), "code");
  EXPECT_EQ(router.ask(""), "none");
  EXPECT_THAT(router.caller.sent, IsEmpty());
}

TEST(RemoteExamples, AbstainFromWhatIsNearNothing) {
  Router router;
  router.caller.answer(200, kExampleVectors);
  router.caller.answer(200, vector("-1,-1"));
  EXPECT_EQ(router.ask("weather"), "none");
}

TEST(RemoteExamples, AreAskedForAgainAfterAFailure) {
  Router router;
  router.fields().add("x-tidegate-intent", "forged");
  router.caller.answer(500, "{}");
  EXPECT_THAT(router.ask("soup"), StartsWith("!500"));
  router.caller.fail_with(Error(ErrorCode::kTimeout, Origin::kUpstream, "slow"));
  EXPECT_THAT(router.ask("soup"), StartsWith("!504"));
  router.caller.answer(200, kExampleVectors);
  router.caller.answer(200, vector("0,1"));
  EXPECT_EQ(router.ask("soup"), "food");
}

TEST(RemoteExamples, DoNotTakeStrangeVectors) {
  for (
      const char* answer :
      {"[]", R"({"data":{}})", R"({"data":[{"embedding":[1,2]}]})",
       R"({"data":[{"embedding":[1,2]},{"embedding":[1,2]},{"embedding":[1]}]})",
       R"({"data":[{"embedding":[1,2]},{"embedding":[1,"2"]},{"embedding":[1,2]}]})",
       R"({"data":[{"embedding":[1,2]},{"embedding":[1,1e99]},{"embedding":[1,2]}]})",
       R"({"data":[{"index":1,"embedding":[1,2]},{"index":1,"embedding":[1,2]},{"index":0,"embedding":[1,2]}]})",
       R"({"data":[{"embedding":[]},{"embedding":[]},{"embedding":[]}]})"}) {
    Router router;
    router.caller.answer(200, answer);
    EXPECT_THAT(router.ask("soup"), StartsWith("!500")) << answer;
  }
  Router other;
  other.caller.answer(200, kExampleVectors);
  other.caller.answer(200, vector("1,2,3"));
  EXPECT_THAT(other.ask("soup"), StartsWith("!500"));
}

TEST(RemoteExamples, TellProblemsOfTheirConfiguration) {
  EXPECT_TRUE(semantic_router().type.needs_backend(kConfig));
  EXPECT_FALSE(semantic_router().type.needs_backend(R"({"intents":[{"name":"a"}]})"));
  EXPECT_THAT(
      check_config<Config>(
          R"({"embeddings":{"type":"Backend","file":"x"},"trained":{"file":"y"},"intents":[]})"),
      ElementsAre(HasSubstr("embeddings: names a file, which only Static has"),
                  HasSubstr("embeddings.model: is required"),
                  HasSubstr("has embeddings by a Backend beside \"trained\"")));
  std::string examples = "\"e\"";
  for (int i = 0; i < 199; ++i) examples += ",\"e\"";
  const std::string two = R"([{"name":"a","examples":[)" + examples +
                          R"(]},{"name":"b","examples":[)" + examples + "]}]";
  EXPECT_THAT(check_config<Config>(R"({"embeddings":{"type":"Backend","model":"m"},"intents":)" +
                                   two + "}"),
              ElementsAre(HasSubstr("more than 256 examples in all")));
}

}  // namespace
}  // namespace tidegate::processors::semantic_router
