// Members of a group that have several keys: all of them come before the next member, in a race
// too.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proxy/failover_fixture.h"

namespace tidegate::proxy {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using namespace std::chrono_literals;

class KeysOfMembers : public testing::EachPoller {};
TIDEGATE_ON_EACH_POLLER(KeysOfMembers);

constexpr const char* kChat = "/v1/chat/completions";
constexpr const char* kPayload = R"({"model":"m","messages":[]})";

// Each member has two keys: "first-1", "first-2", "second-1", "second-2".
void give_keys(Pair& pair) {
  for (const std::string name : {"first", "second"}) {
    config::ApiKeys keys;
    for (const std::string number : {"1", "2"}) {
      keys.keys.push_back({"authorization", "Bearer ", "", Secret(name + "-" + number)});
    }
    auto credentials = std::make_shared<config::Credentials>();
    credentials->source = std::move(keys);
    pair.members[name == "first" ? 0 : 1]->credentials = std::move(credentials);
  }
}
void race(Pair& pair) {
  pair.group->hedge.emplace().delay = 5ms;
  pair.group->hedge->budget_ratio = 1;
}
// Which key each request that was answered had.
std::vector<std::string> keys_of(const Pair& pair) {
  constexpr std::string_view kField = "authorization: Bearer ";
  std::vector<std::string> keys;
  for (const std::string& request : pair.requests) {
    const auto begin = request.find(kField) + kField.size();
    keys.push_back(request.substr(begin, request.find('\r', begin) - begin));
  }
  return keys;
}
using Keys = std::vector<std::string>;

TEST_P(KeysOfMembers, AllComeBeforeTheNextMember) {
  Pair pair(GetParam());
  give_keys(pair);
  pair.adopt();
  Client client(pair.world, "POST", kChat, kPayload);
  client.start();
  pair.answer(pair.first, reply(429, "{}"));
  pair.answer(pair.first, reply(429, "{}"));
  pair.answer(pair.second, reply(401, "{}"));
  pair.answer(pair.second, reply(200, R"({"who":"second"})"));
  pair.world.loop.run_until_idle();
  EXPECT_EQ(client.response.body, R"({"who":"second"})");
  EXPECT_EQ(keys_of(pair), (Keys{"first-1", "first-2", "second-1", "second-2"}));
  EXPECT_EQ(client.response.field("x-tidegate-attempts"), "first;429, second;200");
  EXPECT_THAT(pair.world.log_text(), HasSubstr(R"("attempts":4)"));
  EXPECT_THAT(pair.world.log_text(), Not(HasSubstr("second-1")));
}

TEST_P(KeysOfMembers, AKeyThatIsRefusedOnTheLastMemberIsReplacedAndItsAnswerPasses) {
  Pair pair(GetParam());
  give_keys(pair);
  pair.adopt();
  Client client(pair.world, "POST", kChat, kPayload);
  client.start();
  pair.answer(pair.first, reply(503, "{}"));
  pair.answer(pair.second, reply(401, "{}"));
  pair.answer(pair.second, reply(401, R"({"error":{"message":"no such key"}})"));
  pair.world.loop.run_until_idle();
  EXPECT_EQ(client.response.status, 401);
  EXPECT_EQ(client.response.field("x-tidegate-attempts"), "first;503, second;401");
}

TEST_P(KeysOfMembers, TheFirstOfARaceGoesOnWithItsNextKeyWhileTheSecondRuns) {
  Pair pair(GetParam());
  give_keys(pair);
  race(pair);
  pair.adopt();
  Client client(pair.world, "POST", kChat, kPayload);
  client.start();
  pair.world.await_request(pair.second, 0, "}");  // the race is on
  pair.answer(pair.first, reply(401, "{}"));
  pair.answer(pair.first, reply(200, R"({"who":"first"})"));
  pair.world.loop.run_until_idle();
  EXPECT_EQ(client.response.body, R"({"who":"first"})");
  EXPECT_EQ(keys_of(pair), (Keys{"first-1", "first-2"}));
  EXPECT_EQ(client.response.field("x-tidegate-attempts"), "second;cancelled, first;200");
  EXPECT_THAT(pair.world.log_text(), HasSubstr(R"("backend":"Backend/ns/first")"));
}

TEST_P(KeysOfMembers, TheSecondOfARaceToo) {
  Pair pair(GetParam());
  give_keys(pair);
  race(pair);
  pair.members[1]->ai->models = {{"m", "renamed"}};
  pair.adopt();
  Client client(pair.world, "POST", kChat, kPayload);
  client.start();
  pair.world.await_request(pair.first, 0, "}");
  pair.answer(pair.second, reply(429, "{}"));
  pair.answer(pair.second, reply(200, R"({"who":"second"})"));
  pair.world.loop.run_until_idle();
  EXPECT_EQ(client.response.body, R"({"who":"second"})");
  EXPECT_EQ(keys_of(pair), (Keys{"second-1", "second-2"}));
  EXPECT_THAT(pair.requests.back(), HasSubstr("renamed"));
  EXPECT_EQ(client.response.field("x-tidegate-attempts"), "first;cancelled, second;200");
}

}  // namespace
}  // namespace tidegate::proxy
