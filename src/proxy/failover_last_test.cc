// What the client is told when no member of a group has an answer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proxy/failover_fixture.h"

namespace tidegate::proxy {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class LastMembers : public testing::EachPoller {};
TIDEGATE_ON_EACH_POLLER(LastMembers);

constexpr const char* kChat = "/v1/chat/completions";
constexpr const char* kPayload = R"({"model":"m","messages":[]})";
constexpr const char* kStreamPayload = R"({"model":"m","messages":[],"stream":true})";
constexpr const char* kRerank = "/v2/rerank";
constexpr const char* kRerankPayload = R"({"model":"m","query":"q","documents":["a"]})";

// The first ranks, the second cannot.
void let_first_rank(Pair& pair) {
  pair.members[0]->ai->provider = "Cohere";
  pair.members[1]->ai->provider = "OpenAI";
  pair.adopt();
}

TEST_P(LastMembers, OneThatCannotTakeTheOperationHidesNotWhyTheFirstFailed) {
  Pair pair(GetParam());
  let_first_rank(pair);
  Client client(pair.world, "POST", kRerank, kRerankPayload);
  client.start();
  pair.answer(pair.first, reply(429, R"({"message":"slow down"})", "retry-after: 7\r\n"));
  pair.world.loop.run_until_idle();
  EXPECT_EQ(client.response.status, 429);
  EXPECT_EQ(client.response.field("retry-after"), "7");
  EXPECT_THAT(client.response.body, HasSubstr("slow down"));
  EXPECT_EQ(client.response.field("x-tidegate-attempts"), "first;429, second;unavailable");
  EXPECT_EQ(pair.second.count(), 0U);
  EXPECT_THAT(pair.world.log_text(), HasSubstr(R"("backend":"Backend/ns/first")"));
}

TEST_P(LastMembers, NorThatTheFirstCouldNotBeReached) {
  Pair pair(GetParam());
  pair.first.close();
  let_first_rank(pair);
  Client client(pair.world, "POST", kRerank, kRerankPayload);
  client.run();
  EXPECT_EQ(client.response.status, 502);
  EXPECT_THAT(client.response.body, Not(HasSubstr("has no rerank")));
}

TEST_P(LastMembers, WhereNobodyCanTakeItTheClientIsToldSo) {
  Pair pair(GetParam());
  pair.adopt();
  Client client(pair.world, "POST", kRerank, kRerankPayload);
  client.run();
  EXPECT_EQ(client.response.status, 400);
  EXPECT_THAT(client.response.body, HasSubstr("has no rerank"));
}

TEST_P(LastMembers, AnErrorInsideTheir200IsCalledSo) {
  Pair pair(GetParam());
  pair.adopt();
  Client client(pair.world, "POST", kChat, kStreamPayload);
  client.start();
  pair.answer(pair.first, reply(503, "{}"));
  const std::string failure = "data: {\"error\":{\"message\":\"overloaded\"}}\n\n";
  pair.answer(pair.second, std::string(kStream) + chunk(failure) + "0\r\n\r\n");
  pair.world.loop.run_until_idle();
  EXPECT_EQ(client.response.status, 200);
  EXPECT_THAT(client.response.body, HasSubstr("overloaded"));
  EXPECT_EQ(client.response.field("x-tidegate-attempts"), "first;503, second;stream-error");
}

TEST_P(LastMembers, OneThatBreaksBeforeOutputIsABadGatewayAndNoEmptyAnswer) {
  Pair pair(GetParam());
  pair.adopt();
  Client client(pair.world, "POST", kChat, kStreamPayload);
  client.start();
  pair.answer(pair.first, reply(503, "{}"));
  pair.answer(pair.second, std::string(kStream));
  pair.last->reset();
  pair.world.loop.run_until_idle();
  EXPECT_EQ(client.response.status, 502);
  EXPECT_THAT(pair.world.log_text(),
              HasSubstr(R"("outcome":"broken","backend":"Backend/ns/second")"));
}

TEST_P(LastMembers, AnAnswerPassesAsItCame) {
  Pair pair(GetParam());
  pair.adopt();
  Client client(pair.world, "POST", kChat, kPayload);
  client.start();
  pair.answer(pair.first, reply(503, "{}"));
  const std::string answer = R"({"id":"c", "choices":[{"message":{"content":"Hi"}}]})";
  pair.answer(pair.second, reply(200, answer));
  pair.world.loop.run_until_idle();
  EXPECT_EQ(client.response.body, answer);
  EXPECT_EQ(client.response.field("x-tidegate-attempts"), "first;503, second;200");
}

}  // namespace
}  // namespace tidegate::proxy
