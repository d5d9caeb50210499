// What replicas share: each CacheWorld is a process of its own, with one Redis for all.
#include "processors/response_cache/shared_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cache/wire_entry.h"
#include "processors/response_cache/cache_fixture.h"

namespace tidegate::processors::response_cache {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const std::string kShared = R"({"store":{"type":"Redis"}})";
const std::string kWorded = R"({"match":"Wording","store":{"type":"Redis","keyPrefix":"t"}})";

// The key in the name of a value.
cache::Key key_of(const std::string& name) {
  cache::Key key;
  auto* const bytes = reinterpret_cast<unsigned char*>(key.words.data());
  const std::string hex = name.substr(name.size() - 64);
  for (std::size_t i = 0; i < 32; ++i) {
    bytes[i] = static_cast<unsigned char>(std::stoul(hex.substr(2 * i, 2), nullptr, 16));
  }
  return key;
}

class SharedAnswers : public ::testing::Test {
 protected:
  // The backend's answer to `text` is kept by `world`.
  void keep(CacheWorld& world, const std::string& text, const std::string& reply) {
    Exchange exchange(world, chat(text));
    EXPECT_EQ(exchange.ask().outcome(), "go");
    EXPECT_EQ(exchange.answer(reply), "stored");
  }

  // In steps, as who waits does.
  static void let_pass(CacheWorld& world, std::chrono::milliseconds time) {
    for (int i = 0; i < 10; ++i) {
      world.loop.clock.ahead += time / 10;
      world.settle();
    }
  }

  FakeRedis redis;
};

TEST_F(SharedAnswers, OfOneReplicaAreFoundByAnother) {
  CacheWorld one(kShared, &redis);
  CacheWorld other(kShared, &redis);
  keep(one, "hi", chat_reply("hello"));
  Exchange second(other, chat("hi"));
  EXPECT_EQ(second.ask().outcome(), "hit-store: " + chat_reply("hello"));
  // Then it is in memory.
  const int reads = redis.reads;
  Exchange third(other, chat("hi"));
  EXPECT_EQ(third.ask().outcome(), "hit: " + chat_reply("hello"));
  EXPECT_EQ(redis.reads, reads);
}

TEST_F(SharedAnswers, LieUnderHashedKeysOfThisVersionForTheirTimeAlone) {
  CacheWorld world(R"({"ttl":"100s","store":{"type":"Redis","keyPrefix":"team-a"}})", &redis);
  keep(world, "secret words", chat_reply("hello"));
  ASSERT_EQ(redis.values.size(), 1U);
  const auto& [name, value] = *redis.values.begin();
  EXPECT_THAT(name, StartsWith("team-a:cache:1:"));
  EXPECT_EQ(name.size(), std::string("team-a:cache:1:").size() + 64);
  EXPECT_THAT(value, HasSubstr("hello"));
  EXPECT_THAT(value, Not(HasSubstr("secret words")));
  EXPECT_THAT(value, Not(HasSubstr("Bearer")));
  const int life = std::stoi(redis.lives[name]);
  EXPECT_GT(life, 89'000);
  EXPECT_LE(life, 100'000);
}

TEST_F(SharedAnswers, OfCallersAreToldApartThereToo) {
  CacheWorld one(kShared, &redis);
  CacheWorld other(kShared, &redis);
  keep(one, "hi", chat_reply("hello"));
  Exchange foreign(other, chat("hi"));
  foreign.with("authorization", "Bearer two");
  EXPECT_EQ(foreign.ask().outcome(), "go");
}

TEST_F(SharedAnswers, ThatAreBrokenOrForeignAreMisses) {
  CacheWorld one(kShared, &redis);
  keep(one, "hi", chat_reply("hello"));
  const std::string value = redis.values.begin()->second;
  std::string flipped = value;
  flipped[100] = static_cast<char>(flipped[100] ^ 1);
  for (const std::string& wrong : {std::string("hello"), std::string(), flipped}) {
    redis.values.begin()->second = wrong;
    CacheWorld other(kShared, &redis);
    Exchange exchange(other, chat("hi"));
    EXPECT_EQ(exchange.ask().outcome(), "go");
    EXPECT_EQ(exchange.detail(), "miss");
  }
  // Of another question, whole.
  keep(one, "other", chat_reply("wrong"));
  for (auto& [name, kept] : redis.values) {
    if (kept.find("wrong") == kept.npos) continue;
    for (auto& [second, replaced] : redis.values) replaced = kept;
    break;
  }
  CacheWorld other(kShared, &redis);
  Exchange exchange(other, chat("hi"));
  EXPECT_EQ(exchange.ask().outcome(), "go");
}

TEST_F(SharedAnswers, ThatThisProcessWouldNotKeepAreMisses) {
  CacheWorld one(kShared, &redis);
  keep(one, "hi", chat_reply("hello"));
  auto& [name, value] = *redis.values.begin();
  const cache::Now now{one.loop.clock.steady_now(), one.loop.clock.wall_now()};
  const auto replace = [&](const std::string& body) {
    cache::Entry entry;
    entry.body = body;
    entry.in_both = true;
    entry.stored = now.steady;
    entry.expires = now.steady + 1h;
    value = cache::write_entry(key_of(name), entry, now);
    CacheWorld other(kShared, &redis);
    return Exchange(other, chat("hi")).ask().outcome();
  };
  EXPECT_EQ(replace(chat_reply("hello")), "hit-store: " + chat_reply("hello"));
  EXPECT_EQ(replace(chat_reply("hello", "length")), "go");
  EXPECT_EQ(replace("{}"), "go");
  EXPECT_EQ(replace("no answer"), "go");
  EXPECT_EQ(replace(chat_reply(std::string(2 << 20, 'x'))), "go");
}

TEST_F(SharedAnswers, AreMissesWhereTheStoreIsDown) {
  CacheWorld world(kShared, &redis);
  redis.broken = true;
  Exchange exchange(world, chat("hi"));
  EXPECT_EQ(exchange.ask().outcome(), "go");
  EXPECT_EQ(exchange.detail(), "miss-store-failed");
  EXPECT_EQ(exchange.answer(chat_reply("hello")), "stored");
  Exchange again(world, chat("hi"));
  EXPECT_EQ(again.ask().outcome(), "hit: " + chat_reply("hello"));
}

TEST_F(SharedAnswers, AreMissesWhereTheStoreRefuses) {
  CacheWorld world(kShared, &redis);
  redis.error = "LOADING Redis is loading the dataset in memory";
  Exchange exchange(world, chat("hi"));
  EXPECT_EQ(exchange.ask().outcome(), "go");
  EXPECT_EQ(exchange.detail(), "miss-store-failed");
}

TEST_F(SharedAnswers, AreWaitedForNoLongerThanTheTimeout) {
  CacheWorld world(R"({"store":{"type":"Redis","timeout":"30ms"}})");
  Exchange exchange(world, chat("hi"));
  EXPECT_EQ(exchange.ask().outcome(), "waits");
  let_pass(world, 40ms);
  EXPECT_EQ(exchange.outcome(), "go");
  EXPECT_EQ(exchange.detail(), "miss-store-failed");
}

TEST_F(SharedAnswers, AreLookedUpOnceForEqualRequestsAtOneTime) {
  CacheWorld world(R"({"store":{"type":"Redis","timeout":"30ms"}})");
  Exchange leader(world, chat("hi"));
  leader.ask();
  world.redis = &redis;
  Exchange follower(world, chat("hi"));
  EXPECT_EQ(follower.ask().outcome(), "waits");
  EXPECT_EQ(redis.reads, 0);
  let_pass(world, 40ms);
  EXPECT_EQ(leader.outcome(), "go");
  EXPECT_EQ(follower.outcome(), "waits");
  EXPECT_EQ(leader.answer(chat_reply("hello")), "stored");
  world.settle();
  EXPECT_EQ(follower.outcome(), "coalesced: " + chat_reply("hello"));
}

TEST_F(SharedAnswers, GoToThoseWhoWaitForTheLeader) {
  CacheWorld one(kShared, &redis);
  keep(one, "hi", chat_reply("hello"));
  CacheWorld other(kShared, &redis);
  Exchange leader(other, chat("hi"));
  EXPECT_EQ(leader.ask().outcome(), "hit-store: " + chat_reply("hello"));
  Exchange next(other, chat("hi"));
  EXPECT_EQ(next.ask().outcome(), "hit: " + chat_reply("hello"));
}

TEST_F(SharedAnswers, OfALeaderThatLeavesWhileTheStoreIsAskedAreAskedForByTheNext) {
  CacheWorld world(R"({"store":{"type":"Redis","timeout":"30ms"}})");
  Exchange leader(world, chat("hi"));
  leader.ask();
  Exchange follower(world, chat("hi"));
  EXPECT_EQ(follower.ask().outcome(), "waits");
  leader.leave();
  world.settle();
  EXPECT_EQ(follower.outcome(), "go");
}

TEST_F(SharedAnswers, AreNotAskedForWhereTheRequestWantsANewOne) {
  CacheWorld one(kShared, &redis);
  keep(one, "hi", chat_reply("hello"));
  CacheWorld other(kShared, &redis);
  const int reads = redis.reads;
  Exchange fresh(other, chat("hi"));
  fresh.with("cache-control", "no-cache");
  EXPECT_EQ(fresh.ask().outcome(), "go");
  EXPECT_EQ(redis.reads, reads);
  EXPECT_EQ(fresh.answer(chat_reply("newer")), "stored");
  CacheWorld third(kShared, &redis);
  Exchange exchange(third, chat("hi"));
  EXPECT_EQ(exchange.ask().outcome(), "hit-store: " + chat_reply("newer"));
}

TEST_F(SharedAnswers, AnswerThoseWhoWantNothingElse) {
  CacheWorld one(kShared, &redis);
  keep(one, "hi", chat_reply("hello"));
  CacheWorld other(kShared, &redis);
  Exchange known(other, chat("hi"));
  known.with("cache-control", "only-if-cached");
  EXPECT_EQ(known.ask().outcome(), "hit-store: " + chat_reply("hello"));
  Exchange unknown(other, chat("who"));
  unknown.with("cache-control", "only-if-cached");
  EXPECT_EQ(unknown.ask().outcome(), "504 not_cached");
}

TEST_F(SharedAnswers, ThatAreTooOldForTheRequestAreMisses) {
  CacheWorld one(kShared, &redis);
  keep(one, "hi", chat_reply("hello"));
  CacheWorld other(kShared, &redis);
  other.loop.clock.ahead += 30s;
  Exchange exchange(other, chat("hi"));
  exchange.with("cache-control", "max-age=10");
  EXPECT_EQ(exchange.ask().outcome(), "go");
}

TEST_F(SharedAnswers, AreFoundInOtherWords) {
  CacheWorld one(kWorded, &redis);
  keep(one, "On Monday, what is the tide at Dover?", chat_reply("high"));
  ASSERT_EQ(redis.values.size(), 2U);
  for (const auto& [name, value] : redis.values) EXPECT_THAT(value, Not(HasSubstr("dover")));
  CacheWorld other(kWorded, &redis);
  Exchange exchange(other, chat("What is the tide at Dover on Monday?"));
  EXPECT_EQ(exchange.ask().outcome(), "hit-store-wording: " + chat_reply("high"));
  const int reads = redis.reads;
  Exchange again(other, chat("what's the tide at dover on monday"));
  EXPECT_EQ(again.ask().outcome(), "hit-wording: " + chat_reply("high"));
  EXPECT_EQ(redis.reads, reads);
  Exchange another(other, chat("What is the tide at Dover on Tuesday?"));
  EXPECT_EQ(another.ask().outcome(), "go");
}

TEST_F(SharedAnswers, AsStreamsArePlayedElsewhere) {
  CacheWorld one(kShared, &redis);
  Exchange stream(one, chat("hi", R"(,"stream":true)"));
  EXPECT_EQ(stream.ask().outcome(), "go");
  EXPECT_EQ(stream.stream({chat_chunk("hel"), chat_chunk("lo", "stop"), "[DONE]"}), "stored");
  CacheWorld other(kShared, &redis);
  Exchange exchange(other, chat("hi"));
  EXPECT_THAT(exchange.ask().outcome(), HasSubstr("hit-store: data: "));
  EXPECT_TRUE(exchange.reply().kept->is_stream);
}

TEST(SharedStoreConfig, IsChecked) {
  const auto first = [](const std::string& json) {
    Config config;
    const auto problems = read(json, config);
    return problems.empty() ? std::string() : problems.front();
  };
  EXPECT_EQ(first(R"({"store":{"type":"Redis","timeout":"20ms","keyPrefix":"a:b","database":3}})"),
            "");
  EXPECT_THAT(first(R"({"store":{}})"), HasSubstr("store.type"));
  EXPECT_THAT(first(R"({"store":{"type":"Memcached"}})"), HasSubstr("store.type"));
  EXPECT_THAT(first(R"({"store":{"type":"Redis","timeout":"0s"}})"), HasSubstr("store.timeout"));
  EXPECT_THAT(first(R"({"store":{"type":"Redis","keyPrefix":"a b"}})"),
              HasSubstr("store.keyPrefix"));
  EXPECT_THAT(first(R"({"store":{"type":"Redis","password":"x"}})"), HasSubstr("store.password"));
}

}  // namespace
}  // namespace tidegate::processors::response_cache
