#include "processors/response_cache/response_cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <list>

#include "processors/read_config.h"
#include "processors/response_cache/cache_fixture.h"
#include "processors/response_cache/config.h"

namespace tidegate::processors::response_cache {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::string kReply = chat_reply("high water");
const std::string kToolCall =
    R"({"id":"c1","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":null,)"
    R"("tool_calls":[{"id":"t1","type":"function","function":{"name":"f","arguments":"{}"}}]},)"
    R"("finish_reason":"tool_calls"}]})";

// Asks, and has the backend answer with kReply.
void fill(CacheWorld& world, const std::string& body) {
  Exchange exchange(world, body);
  ASSERT_EQ(exchange.ask().outcome(), "go");
  ASSERT_EQ(exchange.answer(kReply), "stored");
}

TEST(ResponseCache, AnswersWhatWasAnsweredBefore) {
  CacheWorld world;
  Exchange first(world, chat("tide?", R"(,"temperature":0.2)"));
  EXPECT_EQ(first.ask().outcome(), "go");
  EXPECT_EQ(first.detail(), "miss");
  EXPECT_EQ(first.answer(kReply), "stored");
  EXPECT_EQ(first.field("x-tidegate-cache"), "miss");
  world.loop.clock.ahead += std::chrono::seconds(7);
  world.settle();
  Exchange second(world, R"({ "temperature":0.2, "model":"m",
      "messages":[{"content":"tide\u003f","role":"user"}] })");
  EXPECT_EQ(second.ask().outcome(), "hit: " + kReply);
  EXPECT_EQ(second.reply().fields[0].first, "x-tidegate-cache");
  EXPECT_EQ(second.reply().fields[0].second, "hit");
  EXPECT_EQ(second.reply().fields[1].first, "age");
  EXPECT_EQ(second.reply().fields[1].second, "7");
}

TEST(ResponseCache, TellsApartWhateverTheAnswerDependsOn) {
  CacheWorld world;
  fill(world, chat("tide?"));
  for (const std::string& other : {
           chat("tide ?"),
           chat("Tide?"),
           chat("tide?", R"(,"temperature":0)"),
           chat("tide?", R"(,"tools":[])"),
           chat("tide?", R"(,"user":"u")"),
           std::string(R"({"model":"n","messages":[{"role":"user","content":"tide?"}]})"),
           std::string(R"({"model":"m","messages":[{"role":"system","content":"tide?"}]})"),
           std::string(R"({"model":"m","messages":[{"role":"user","content":"a"},)"
                       R"({"role":"user","content":"tide?"}]})"),
       }) {
    Exchange exchange(world, other);
    EXPECT_EQ(exchange.ask().outcome(), "go") << other;
  }
  const auto asks = [&world](auto change) {
    Exchange exchange(world, chat("tide?"));
    change(exchange);
    return exchange.ask().outcome();
  };
  EXPECT_EQ(asks([](Exchange& e) { e.with("authorization", "Bearer two"); }), "go");
  EXPECT_EQ(asks([](Exchange& e) { e.request.fields.remove("authorization"); }), "go");
  EXPECT_EQ(asks([](Exchange& e) { e.with("openai-organization", "o"); }), "go");
  EXPECT_EQ(asks([](Exchange& e) { e.seen.route = "HTTPRoute/ns/other"; }), "go");
  EXPECT_EQ(asks([](Exchange& e) { e.seen.rule = 1; }), "go");
  EXPECT_EQ(asks([](Exchange& e) { e.seen.backend = "Backend/ns/b"; }), "go");
  EXPECT_EQ(asks([](Exchange& e) { e.seen.model = "alias"; }), "go");
  EXPECT_EQ(asks([](Exchange& e) { e.request.target = "/v1/chat/completions?version=2"; }), "go");
  EXPECT_EQ(asks([](Exchange&) {}), "hit: " + kReply);
}

TEST(ResponseCache, SharesWhatItIsToldToShare) {
  CacheWorld world(R"({"partitionBy":["x-team"],"ignore":["user"]})");
  Exchange first(world, chat("tide?", R"(,"user":"a")"));
  first.with("x-team", "sea").ask();
  ASSERT_EQ(first.answer(kReply), "stored");
  Exchange same(world, chat("tide?", R"(,"user":"b")"));
  same.with("x-team", "sea").with("authorization", "Bearer two");
  EXPECT_EQ(same.ask().outcome(), "hit: " + kReply);
  Exchange other(world, chat("tide?"));
  EXPECT_EQ(other.with("x-team", "land").ask().outcome(), "go");
  Exchange none(world, chat("tide?"));
  EXPECT_EQ(none.ask().outcome(), "go");
}

TEST(ResponseCache, SharesAllWhereNothingParts) {
  CacheWorld world(R"({"partitionBy":[]})");
  fill(world, chat("tide?"));
  Exchange other(world, chat("tide?"));
  EXPECT_EQ(other.with("authorization", "Bearer two").ask().outcome(), "hit: " + kReply);
}

TEST(ResponseCache, KeepsNothingThatIsNotAWholeAndGoodAnswer) {
  CacheWorld world;
  const std::array<std::pair<std::string, std::uint16_t>, 10> answers = {{
      {kReply, 500},
      {kReply, 201},
      {chat_reply("cut", "length"), 200},
      {chat_reply("", "content_filter"), 200},
      {kToolCall, 200},
      {R"({"error":{"message":"overloaded"}})", 200},
      {R"({"choices":[]})", 200},
      {R"({"choices":[{"message":{"refusal":"no"},"finish_reason":"stop"}]})", 200},
      {kReply.substr(0, kReply.size() - 1), 200},
      {"<html>", 200},
  }};
  for (const auto& [answer, status] : answers) {
    Exchange exchange(world, chat("tide?"));
    ASSERT_EQ(exchange.ask().outcome(), "go") << answer;
    exchange.answer(answer, status);
    EXPECT_NE(exchange.detail(), "stored") << answer;
  }
  Exchange again(world, chat("tide?"));
  EXPECT_EQ(again.ask().outcome(), "go");
}

TEST(ResponseCache, KeepsToolCallsWhereItIsTold) {
  CacheWorld world(R"({"toolCalls":true})");
  Exchange first(world, chat("tide?"));
  first.ask();
  EXPECT_EQ(first.answer(kToolCall), "stored");
}

TEST(ResponseCache, KeepsWholeStreamsAndAnswersInBothForms) {
  CacheWorld world;
  const std::string ask =
      chat("tide?", R"(,"stream":true,"stream_options":{"include_usage":false})");
  Exchange first(world, ask);
  EXPECT_EQ(first.ask().outcome(), "go");
  EXPECT_EQ(first.stream({chat_chunk("high"), chat_chunk(" water", "stop"), "[DONE]"}), "stored");
  const std::string kept = "data: " + chat_chunk("high") +
                           "\n\ndata: " + chat_chunk(" water", "stop") + "\n\ndata: [DONE]\n\n";
  Exchange second(world, chat("tide?"));
  EXPECT_EQ(second.ask().outcome(), "hit: " + kept);
  EXPECT_TRUE(second.reply().kept->is_stream);
  EXPECT_FALSE(second.reply().kept->shows_usage);
}

TEST(ResponseCache, KeepsNoStreamThatWasCutOrSeenInPart) {
  const std::string ask = chat("tide?", R"(,"stream":true)");
  {
    CacheWorld world;
    Exchange first(world, ask);
    first.ask();
    EXPECT_EQ(first.stream({chat_chunk("high")}), "not-kept");
  }
  {
    CacheWorld world;
    Exchange first(world, ask);
    first.ask().begin(200);
    first.pass(chat_chunk("high", "stop"));  // and no end: the upstream broke off
    first.leave();
    Exchange second(world, ask);
    EXPECT_EQ(second.ask().outcome(), "go");
  }
  {
    CacheWorld world;
    Exchange first(world, ask);
    first.ask().begin(200);
    first.pass(chat_chunk("high"));
    first.skip_event();
    first.pass(chat_chunk("", "stop"));
    first.pass("[DONE]");
    EXPECT_EQ(first.end(), "not-kept");
  }
}

TEST(ResponseCache, KeepsOfAStreamWhatTheClientGets) {
  CacheWorld world;
  const std::string ask = chat("tide?", R"(,"stream":true)");
  Exchange first(world, ask);
  first.ask().begin(200);
  first.seen.dropped = true;
  first.pass(chat_chunk("dropped"));
  first.seen.dropped = false;
  const std::string inserted = "data: " + chat_chunk("inserted") + "\n\n";
  first.seen.inserted = inserted;
  first.pass(chat_chunk("", "stop"));
  first.seen.inserted = {};
  first.pass("[DONE]");
  ASSERT_EQ(first.end(), "stored");
  Exchange second(world, ask);
  EXPECT_EQ(second.ask().outcome(),
            "hit: " + inserted + "data: " + chat_chunk("", "stop") + "\n\ndata: [DONE]\n\n");
}

TEST(ResponseCache, DoesWhatRequestsSayOfCaches) {
  CacheWorld world;
  fill(world, chat("tide?"));
  world.loop.clock.ahead += std::chrono::seconds(30);
  world.settle();
  const auto asks = [&world](std::string_view name, std::string_view value) {
    Exchange exchange(world, chat("tide?"));
    exchange.with(name, value).ask();
    std::string outcome = exchange.outcome();
    if (outcome == "go") exchange.begin(500);
    return outcome + " " + exchange.field("x-tidegate-cache");
  };
  EXPECT_EQ(asks("cache-control", "max-age=60"), "hit: " + kReply + " ");
  EXPECT_EQ(asks("cache-control", "max-age=10"), "go miss");
  EXPECT_EQ(asks("cache-control", "no-store"), "go bypass");
  EXPECT_EQ(asks("cache-control", "no-cache"), "go miss");
  EXPECT_EQ(asks("x-tidegate-cache-ttl", "0"), "go bypass");
  EXPECT_EQ(asks("cache-control", "only-if-cached"), "hit: " + kReply + " ");
  Exchange other(world, chat("wind?"));
  EXPECT_EQ(other.with("cache-control", "only-if-cached").ask().outcome(), "504 not_cached");
}

TEST(ResponseCache, MayIgnoreWhatRequestsSay) {
  CacheWorld world(R"({"requestControls":"Ignore"})");
  fill(world, chat("tide?"));
  Exchange exchange(world, chat("tide?"));
  EXPECT_EQ(exchange.with("cache-control", "no-cache").ask().outcome(), "hit: " + kReply);
}

TEST(ResponseCache, LetsAnswersExpireByTheWishOfWhoAskedUpToABound) {
  CacheWorld world(R"({"ttl":"100s","maxTTL":"1000s"})");
  const auto lives = [&world](const std::string& body, const char* ttl, int seconds) {
    {
      Exchange exchange(world, body);
      if (ttl != nullptr) exchange.with("x-tidegate-cache-ttl", ttl);
      exchange.ask();
      EXPECT_EQ(exchange.request.fields.find("x-tidegate-cache-ttl"), std::nullopt);
      EXPECT_EQ(exchange.answer(kReply), "stored");
    }
    world.loop.clock.ahead += std::chrono::seconds(seconds);
    world.settle();
    Exchange again(world, body);
    return again.ask().outcome() != "go";
  };
  EXPECT_TRUE(lives(chat("a"), nullptr, 89));
  EXPECT_FALSE(lives(chat("b"), nullptr, 100));
  EXPECT_TRUE(lives(chat("c"), "500", 449));
  EXPECT_FALSE(lives(chat("d"), "5000", 1000));
}

TEST(ResponseCache, HasNothingToDoWithWhatCannotBeAnsweredTwice) {
  CacheWorld world;
  const auto bypassed = [&world](const std::string& body, const std::string& path) {
    Exchange exchange(world, body, path);
    EXPECT_EQ(exchange.ask().outcome(), "go");
    exchange.begin(200);
    return exchange.field("x-tidegate-cache");
  };
  EXPECT_EQ(bypassed(chat("a", R"(,"n":2)"), kChat), "bypass");
  EXPECT_EQ(bypassed(R"({"model":"m","input":"a","background":true})", "/v1/responses"), "bypass");
  EXPECT_EQ(bypassed(R"({"model":"m","input":"a","conversation":"c"})", "/v1/responses"), "bypass");
  EXPECT_EQ(bypassed(chat(std::string(2 << 20, 'x')), kChat), "bypass");
  EXPECT_EQ(bypassed(R"({"model":"m","prompt":"a"})", "/v1/completions"), "");
}

TEST(ResponseCache, KeepsEmbeddings) {
  CacheWorld world;
  const std::string ask = R"({"model":"m","input":"a"})";
  const std::string vectors = R"({"object":"list","data":[{"embedding":[0.5]}]})";
  Exchange first(world, ask, "/v1/embeddings");
  first.ask();
  EXPECT_EQ(first.answer(vectors), "stored");
  Exchange second(world, ask, "/v1/embeddings");
  EXPECT_EQ(second.ask().outcome(), "hit: " + vectors);
}

TEST(ResponseCache, AnswersTheSameQuestionInOtherWordsWhereItIsTold) {
  CacheWorld world(R"({"match":"Wording","synonyms":[["cancel","revoke"]]})");
  const auto turns = [](std::string_view history, std::string_view last) {
    return R"({"model":"m","messages":[{"role":"user","content":")" + std::string(history) +
           R"("},{"role":"assistant","content":"Which one?"},{"role":"user","content":")" +
           std::string(last) + R"("}]})";
  };
  fill(world, turns("Cancel my order", "How do I cancel order 7?"));
  Exchange same(world, turns("Cancel my order", "hi, how to revoke the order 7?"));
  EXPECT_EQ(same.ask().outcome(), "hit-wording: " + kReply);
  EXPECT_EQ(same.reply().fields[2].second, "wording");
  for (const std::string& other : {
           turns("Cancel my order", "How do I cancel order 8?"),
           turns("Cancel my account", "How do I cancel order 7?"),
           turns("cancel my order", "how to cancel the order 7?"),
           chat("How do I cancel order 7?"),
       }) {
    Exchange exchange(world, other);
    EXPECT_EQ(exchange.ask().outcome(), "go") << other;
  }
  Exchange tenant(world, turns("Cancel my order", "how to cancel the order 7?"));
  EXPECT_EQ(tenant.with("authorization", "Bearer two").ask().outcome(), "go");
}

TEST(ResponseCache, ComparesNoWordingsUnlessToldNorOfWhatIsNoConversation) {
  CacheWorld plain;
  fill(plain, chat("Where is my order?"));
  Exchange other(plain, chat("where is the order?"));
  EXPECT_EQ(other.ask().outcome(), "go");
  CacheWorld world(R"({"match":"Wording"})");
  Exchange first(world, R"({"model":"m","input":"Where is my order?"})", "/v1/embeddings");
  first.ask();
  ASSERT_EQ(first.answer(R"({"data":[]})"), "stored");
  Exchange second(world, R"({"model":"m","input":"where is the order?"})", "/v1/embeddings");
  EXPECT_EQ(second.ask().outcome(), "go");
}

TEST(ResponseCache, FailsWhereNoRouteIsKnown) {
  CacheWorld world;
  Exchange exchange(world, chat("tide?"));
  exchange.seen.route = {};
  EXPECT_EQ(exchange.ask().outcome(), "500 ");
}

TEST(ResponseCacheFlight, SendsOneOfManyEqualRequests) {
  CacheWorld world;
  Exchange leader(world, chat("tide?"));
  ASSERT_EQ(leader.ask().outcome(), "go");
  std::list<Exchange> followers;
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(followers.emplace_back(world, chat("tide?")).ask().outcome(), "waits");
  }
  Exchange other(world, chat("wind?"));
  EXPECT_EQ(other.ask().outcome(), "go");
  EXPECT_EQ(leader.answer(kReply), "stored");
  world.settle();
  for (Exchange& one : followers) EXPECT_EQ(one.outcome(), "coalesced: " + kReply);
}

TEST(ResponseCacheFlight, ReleasesAllWhereTheAnswerIsNotKept) {
  CacheWorld world;
  Exchange leader(world, chat("tide?"));
  Exchange follower(world, chat("tide?"));
  leader.ask();
  ASSERT_EQ(follower.ask().outcome(), "waits");
  leader.begin(429);
  world.settle();
  EXPECT_EQ(follower.outcome(), "go");
  EXPECT_EQ(follower.answer(kReply), "stored");
}

TEST(ResponseCacheFlight, GoesOnWithAnotherWhereTheLeadersClientLeaves) {
  CacheWorld world;
  Exchange leader(world, chat("tide?"));
  Exchange first(world, chat("tide?"));
  Exchange second(world, chat("tide?"));
  leader.ask();
  first.ask();
  second.ask();
  leader.leave();
  world.settle();
  EXPECT_EQ(first.outcome(), "go");
  EXPECT_EQ(second.outcome(), "waits");
  EXPECT_EQ(first.answer(kReply), "stored");
  world.settle();
  EXPECT_EQ(second.outcome(), "coalesced: " + kReply);
}

TEST(ResponseCacheFlight, IsNotHurtByAFollowerThatLeaves) {
  CacheWorld world;
  Exchange leader(world, chat("tide?"));
  Exchange first(world, chat("tide?"));
  Exchange second(world, chat("tide?"));
  leader.ask();
  first.ask();
  second.ask();
  first.leave();
  EXPECT_EQ(leader.answer(kReply), "stored");
  world.settle();
  EXPECT_EQ(second.outcome(), "coalesced: " + kReply);
}

TEST(ResponseCacheFlight, PassesOnTheLeadOfAFollowerThatLeavesAsItGetsIt) {
  CacheWorld world;
  Exchange leader(world, chat("tide?"));
  Exchange first(world, chat("tide?"));
  Exchange second(world, chat("tide?"));
  leader.ask();
  first.ask();
  second.ask();
  leader.abandon();  // the news is on its way to the first
  first.leave();
  world.settle();
  EXPECT_EQ(second.outcome(), "go");
}

TEST(ResponseCacheFlight, LetsNobodyWaitLongerThanIsTold) {
  CacheWorld world(R"({"singleFlight":{"maxWait":"2s"}})");
  Exchange leader(world, chat("tide?"));
  Exchange follower(world, chat("tide?"));
  leader.ask();
  ASSERT_EQ(follower.ask().outcome(), "waits");
  world.loop.clock.ahead += std::chrono::seconds(3);
  world.settle();
  EXPECT_EQ(follower.outcome(), "go");
}

TEST(ResponseCacheFlight, IsOffWhereNobodyShallWait) {
  CacheWorld world(R"({"singleFlight":{"maxWait":"0s"}})");
  Exchange first(world, chat("tide?"));
  Exchange second(world, chat("tide?"));
  EXPECT_EQ(first.ask().outcome(), "go");
  EXPECT_EQ(second.ask().outcome(), "go");
}

TEST(ResponseCacheConfig, TellsEveryProblemWithItsPath) {
  EXPECT_THAT(
      check_config<Config>(
          R"({"ttl":"0s","maxBytes":1,"partitionBy":["a b"],"requestControls":"No","synonyms":[["a"]],
                        "singleFlight":{"maxWait":"1h"},"replay":{"pace":"2s"},"tll":1})"),
      ElementsAre(StartsWith("ttl: must be 1s to 8760h"), StartsWith("maxBytes: "),
                  StartsWith("partitionBy[0]: must be a header name"), StartsWith("synonyms[0]: "),
                  StartsWith("requestControls: "), StartsWith("singleFlight.maxWait: "),
                  StartsWith("replay.pace: "), HasSubstr("did you mean \"ttl\"?")));
  EXPECT_THAT(check_config<Config>("{}"), ElementsAre());
}

}  // namespace
}  // namespace tidegate::processors::response_cache
