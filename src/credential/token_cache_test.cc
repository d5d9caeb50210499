#include "credential/token_cache.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "credential/key_ring.h"
#include "credential/scripted_caller.h"
#include "support/pollers.h"
#include "telemetry/metrics.h"

namespace tidegate::credential {
namespace {

using std::chrono::seconds;

std::string reply(const std::string& token, int lifetime = 3600) {
  return R"({"access_token":")" + token + R"(","expires_in":)" + std::to_string(lifetime) + "}";
}

class Cache : public ::testing::Test {
 protected:
  Cache() {
    auto config = std::make_shared<config::Credentials>();
    auto& oauth = config->source.emplace<config::OAuth2>();
    oauth.token_url = "https://issuer.example/token";
    oauth.client_secret = Secret("hunter2");
    cache = std::make_shared<TokenCache>(
        "Backend/ns/b", config,
        CacheParts{loop.reactor, background, stopping, caller, surroundings, &recorder});
  }

  // What obtain() gave, in the order of the calls; "!" and the detail for failures.
  void ask() { loop.group.spawn(run(*this)); }
  static async::Task<void> run(Cache& test) {
    auto got = co_await test.cache->obtain(test.scope);
    test.got.push_back(got ? std::string((*got)->secret.reveal()) : "!" + got.error().detail);
  }
  std::string ask_now() {
    ask();
    loop.run_until_idle();
    return got.back();
  }
  void advance(std::chrono::milliseconds time) {
    loop.clock.ahead += time;
    loop.turn(0);
  }

  testing::Loop loop{testing::PollerKind::kEpoll};
  async::TaskGroup background{loop.reactor};
  async::CancelScope stopping;
  async::CancelScope scope;
  ScriptedCaller caller{loop.reactor};
  ScriptedSurroundings surroundings;
  telemetry::Registry registry;
  telemetry::ExchangeMetrics metrics{registry};
  telemetry::ExchangeRecorder recorder{metrics};
  std::shared_ptr<TokenCache> cache;
  std::vector<std::string> got;
};

TEST_F(Cache, FetchesOnceForAllWhoAsk) {
  caller.answer(200, reply("one"));
  caller.hold();
  for (int i = 0; i < 3; ++i) ask();
  EXPECT_EQ(caller.requests.size(), 1U);
  caller.release();
  loop.run_until_idle();
  EXPECT_EQ(got, (std::vector<std::string>{"one", "one", "one"}));
  EXPECT_EQ(ask_now(), "one");
  EXPECT_EQ(caller.requests.size(), 1U);
}

TEST_F(Cache, RefreshesInTheBackgroundBeforeTheEnd) {
  caller.answer(200, reply("one"));
  EXPECT_EQ(ask_now(), "one");
  advance(seconds(2700));
  caller.answer(200, reply("two"));
  caller.hold();
  EXPECT_EQ(ask_now(), "one");
  EXPECT_EQ(caller.requests.size(), 2U);
  EXPECT_EQ(ask_now(), "one");
  EXPECT_EQ(caller.requests.size(), 2U);
  caller.release();
  loop.run_until([&] { return background.size() == 0; });
  EXPECT_EQ(ask_now(), "two");
  const std::string_view labels[] = {"Backend/ns/b"};
  EXPECT_EQ(registry.read("tidegate_credential_refreshes_total", labels, 0), 2U);
}

TEST_F(Cache, KeepsTheOldTokenWhileItLivesWhenTheRefreshFails) {
  caller.answer(200, reply("one"));
  EXPECT_EQ(ask_now(), "one");
  advance(seconds(2700));
  caller.answer(503, "hunter2");
  EXPECT_EQ(ask_now(), "one");
  advance(seconds(800));
  caller.answer(503, "hunter2");
  EXPECT_EQ(ask_now(), "one");
  advance(seconds(100));
  caller.answer(503, "hunter2");
  EXPECT_EQ(ask_now(), "!no credentials for Backend/ns/b: token endpoint answered 503");
  const std::string_view labels[] = {"Backend/ns/b"};
  EXPECT_EQ(registry.read("tidegate_credential_refreshes_total", labels, 1), 3U);
}

TEST_F(Cache, WaitsLongerAfterEachFailureUpToAMinute) {
  caller.answer(500, "");
  ask_now();
  std::size_t asked = 1;
  for (const int wait : {1, 2, 4, 8, 16, 32, 60, 60}) {
    advance(seconds(wait) - std::chrono::milliseconds(500));
    ask_now();
    EXPECT_EQ(caller.requests.size(), asked) << wait;
    advance(std::chrono::milliseconds(500));
    caller.answer(500, "");
    ask_now();
    EXPECT_EQ(caller.requests.size(), ++asked) << wait;
  }
}

TEST_F(Cache, TellsEveryWaiterOfAFailure) {
  caller.fail_next("connection refused");
  caller.hold();
  ask();
  ask();
  caller.release();
  loop.run_until_idle();
  EXPECT_EQ(got,
            std::vector<std::string>(2, "!no credentials for Backend/ns/b: connection refused"));
}

TEST_F(Cache, LetsOneWhoIsCancelledGo) {
  caller.answer(200, reply("one"));
  caller.hold();
  ask();
  scope.request();
  loop.run_until_idle();
  EXPECT_EQ(got, std::vector<std::string>(1, "!credentials"));
  caller.release();
  loop.run_until([&] { return background.size() == 0; });
  EXPECT_NE(cache->find_usable(), nullptr);
}

TEST_F(Cache, FetchesAnotherForOneThatWasRefused) {
  caller.answer(200, reply("one"));
  ask_now();
  const auto used = cache->find_usable();
  EXPECT_FALSE(cache->reject(used)) << "too young to be at fault";
  advance(seconds(11));
  EXPECT_TRUE(cache->reject(used));
  caller.answer(200, reply("two"));
  EXPECT_EQ(ask_now(), "two");
  EXPECT_TRUE(cache->reject(used)) << "another is there already";
  EXPECT_EQ(ask_now(), "two");
}

TEST_F(Cache, DoesNotAskAgainAndAgainForTokensThatHaveExpired) {
  caller.answer(200, reply("old", 0));
  EXPECT_EQ(ask_now(), "!no credentials for Backend/ns/b: the token had expired when it came");
  ask_now();
  EXPECT_EQ(caller.requests.size(), 1U);
}

TEST(KeyRing, StaysWithAKeyUntilItIsRefused) {
  KeyRing ring(3);
  const SteadyTime now{};
  EXPECT_EQ(ring.choose(now), 0U);
  EXPECT_FALSE(ring.on_answer(0, 200, std::nullopt, now));
  EXPECT_FALSE(ring.on_answer(0, 403, std::nullopt, now));
  EXPECT_FALSE(ring.on_answer(0, 500, std::nullopt, now));
  EXPECT_EQ(ring.choose(now), 0U);
  EXPECT_TRUE(ring.on_answer(0, 429, std::nullopt, now));
  EXPECT_EQ(ring.choose(now), 1U);
  EXPECT_EQ(ring.choose(now + seconds(21)), 1U) << "it stays with what works";
}

TEST(KeyRing, RestsAsLongAsTheUpstreamSaysWithinBounds) {
  KeyRing ring(2);
  const SteadyTime now{};
  ring.on_answer(0, 429, seconds(100), now);
  ring.on_answer(1, 401, std::nullopt, now);
  EXPECT_EQ(ring.choose(now + seconds(99)), 0U) << "the first that will be ready";
  EXPECT_EQ(ring.choose(now + seconds(101)), 0U);
  ring.on_answer(0, 429, seconds(100000), now);
  EXPECT_EQ(ring.choose(now + seconds(601)), 0U);
}

TEST(KeyRing, TellsPermanentFailuresFromPassingOnes) {
  for (const std::uint16_t status : std::initializer_list<std::uint16_t>{401, 402}) {
    KeyRing ring(2);
    const SteadyTime now{};
    EXPECT_TRUE(ring.on_answer(0, status, seconds(1), now));
    EXPECT_EQ(ring.choose(now + seconds(599)), 1U);
    EXPECT_FALSE(ring.on_answer(1, status, seconds(1), now + seconds(1)));
  }
}

}  // namespace
}  // namespace tidegate::credential
