// Groups of backends: when the next member is asked, what it gets, and what is told about it.
#include "proxy/failover.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proxy/failover_fixture.h"

namespace tidegate::proxy {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using namespace std::chrono_literals;

class Failovers : public testing::EachPoller {};
TIDEGATE_ON_EACH_POLLER(Failovers);

constexpr const char* kChat = "/v1/chat/completions";
constexpr const char* kPayload = R"({"model":"m","messages":[]})";
constexpr const char* kStreamPayload = R"({"model":"m","messages":[],"stream":true})";
constexpr std::string_view kRole =
    "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n";
constexpr std::string_view kText = "data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"}}]}\n\n";
constexpr std::string_view kEnd =
    "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";

TEST_P(Failovers, AskTheNextMemberAfterAStatusWithOneMoreRoundTrip) {
  Pair pair(GetParam());
  pair.members[1]->ai->models = {{"m", "renamed"}};
  pair.adopt();
  Client client(pair.world, "POST", kChat, kPayload);
  client.start();
  pair.answer(pair.first, reply(429, "{}", "retry-after: 7\r\n"));
  pair.answer(pair.second, reply(200, R"({"id":"c","choices":[]})"));
  pair.world.loop.run_until_idle();

  EXPECT_EQ(client.response.status, 200);
  EXPECT_EQ(client.response.body, R"({"id":"c","choices":[]})");
  EXPECT_EQ(client.response.field("x-tidegate-attempts"), "first;429, second;200");
  EXPECT_EQ(pair.first.count(), 1U);
  EXPECT_EQ(pair.second.count(), 1U);
  ASSERT_EQ(pair.requests.size(), 2U);
  EXPECT_THAT(pair.requests[0], HasSubstr(R"("model":"m")"));
  EXPECT_THAT(pair.requests[1], HasSubstr(R"("model":"renamed")"));
  EXPECT_THAT(pair.world.log_text(),
              HasSubstr(R"("tries":[{"outcome":"429","backend":"Backend/ns/first")"));
}

TEST_P(Failovers, TheNextMemberMaySpeakAnotherDialect) {
  Pair pair(GetParam());
  pair.members[1]->ai->provider = "Anthropic";
  pair.members[1]->ai->models = {{"m", "claude"}};
  pair.adopt();
  Client client(pair.world, "POST", kChat,
                R"({"model":"m","messages":[{"role":"user","content":"hello"}]})");
  client.start();
  pair.answer(pair.first, reply(503, "{}"));
  pair.answer(pair.second, reply(200, R"({"id":"msg_1","type":"message","role":"assistant",)"
                                      R"("model":"claude","content":[{"type":"text","text":"Hi"}],)"
                                      R"("stop_reason":"end_turn","usage":{"input_tokens":1,)"
                                      R"("output_tokens":1}})"));
  pair.world.loop.run_until_idle();
  EXPECT_EQ(client.response.status, 200);
  EXPECT_EQ(client.response.field("x-tidegate-attempts"), "first;503, second;200");
  EXPECT_THAT(pair.requests[0], HasSubstr("POST /v1/chat/completions"));
  EXPECT_THAT(pair.requests[1], HasSubstr("POST /v1/messages"));
  EXPECT_THAT(client.response.body, HasSubstr("\"chat.completion\""));
  EXPECT_THAT(client.response.body, HasSubstr("Hi"));
}

TEST_P(Failovers, LeaveAMemberAloneForAsLongAsItAskedFor) {
  Pair pair(GetParam());
  pair.adopt();
  {
    Client client(pair.world, "POST", kChat, kPayload);
    client.start();
    pair.answer(pair.first, reply(429, "{}", "retry-after: 7\r\n"));
    pair.answer(pair.second, reply(200, "{}"));
    pair.world.loop.run_until_idle();
  }
  {
    Client client(pair.world, "POST", kChat, kPayload);
    client.start();
    pair.answer(pair.second, reply(200, "{}"));
    pair.world.loop.run_until_idle();
    EXPECT_EQ(client.response.field("x-tidegate-attempts"), "second;200");
  }
  pair.world.loop.clock.ahead += 8s;
  pair.world.loop.reactor.turn(0ms);  // which looks at the clock
  Client client(pair.world, "POST", kChat, kPayload);
  client.start();
  pair.answer(pair.first, reply(200, "{}"));
  pair.world.loop.run_until_idle();
  EXPECT_EQ(client.response.field("x-tidegate-attempts"), "first;200");
}

TEST_P(Failovers, PassTheLastAnswerOnAsItIs) {
  Pair pair(GetParam());
  pair.adopt();
  Client client(pair.world, "POST", kChat, kPayload);
  client.start();
  pair.answer(pair.first, reply(503, R"({"who":"first"})"));
  pair.answer(pair.second, reply(429, R"({"who":"second"})"));
  pair.world.loop.run_until_idle();
  EXPECT_EQ(client.response.status, 429);
  EXPECT_EQ(client.response.field("x-tidegate-attempts"), "first;503, second;429");
}

TEST_P(Failovers, AClientsOwnErrorIsFinal) {
  Pair pair(GetParam());
  pair.adopt();
  for (int i = 0; i < 6; ++i) {
    Client client(pair.world, "POST", kChat, kPayload);
    client.start();
    pair.answer(pair.first, reply(400, R"({"error":{"message":"bad tool"}})"));
    pair.world.loop.run_until_idle();
    EXPECT_EQ(client.response.status, 400);
    EXPECT_THAT(client.response.body, HasSubstr("bad tool"));
  }
  EXPECT_EQ(pair.second.count(), 0U);
}

TEST_P(Failovers, AskTheNextMemberWhenOneCannotBeReached) {
  Pair pair(GetParam());
  pair.first.close();
  pair.adopt();
  Client client(pair.world, "POST", kChat, kPayload);
  client.start();
  pair.answer(pair.second, reply(200, "{}"));
  pair.world.loop.run_until_idle();
  EXPECT_EQ(client.response.status, 200);
  EXPECT_EQ(client.response.field("x-tidegate-attempts"), "first;connect, second;200");
}

TEST_P(Failovers, AFullContextWindowMayFitElsewhere) {
  Pair pair(GetParam());
  pair.adopt();
  Client client(pair.world, "POST", kChat, kPayload);
  client.start();
  pair.answer(pair.first, reply(400, R"({"error":{"code":"context_length_exceeded"}})"));
  pair.answer(pair.second, reply(200, "{}"));
  pair.world.loop.run_until_idle();
  EXPECT_EQ(client.response.field("x-tidegate-attempts"), "first;context-window, second;200");
}

TEST_P(Failovers, AContentPolicyIsFinalUnlessTheGroupSaysOtherwise) {
  for (const bool opted_in : {false, true}) {
    Pair pair(GetParam());
    pair.group->triggers.content_policy = opted_in;
    pair.adopt();
    Client client(pair.world, "POST", kChat, kPayload);
    client.start();
    pair.answer(pair.first, reply(400, R"({"error":{"code":"content_filter"}})"));
    if (opted_in) pair.answer(pair.second, reply(200, "{}"));
    pair.world.loop.run_until_idle();
    EXPECT_EQ(client.response.status, opted_in ? 200 : 400);
  }
}

TEST_P(Failovers, AnErrorInsideA200BeforeOutputAsksTheNextMember) {
  Pair pair(GetParam());
  pair.adopt();
  Client client(pair.world, "POST", kChat, kStreamPayload);
  client.start();
  pair.answer(pair.first, std::string(kStream) + chunk(kRole));
  pair.last->send(chunk("data: {\"error\":{\"message\":\"overloaded\"}}\n\n"));
  pair.answer(pair.second,
              std::string(kStream) + chunk(kRole) + chunk(kText) + chunk(kEnd) + "0\r\n\r\n");
  pair.world.loop.run_until_idle();
  EXPECT_EQ(client.response.status, 200);
  EXPECT_EQ(client.response.field("x-tidegate-attempts"), "first;stream-error, second;200");
  EXPECT_THAT(client.response.body, HasSubstr("\"Hi\""));
  EXPECT_THAT(client.response.body, HasSubstr("[DONE]"));
  EXPECT_THAT(client.response.body, Not(HasSubstr("overloaded")));
}

TEST_P(Failovers, NothingIsSwitchedAfterOutput) {
  Pair pair(GetParam());
  pair.adopt();
  Client client(pair.world, "POST", kChat, kStreamPayload);
  client.start();
  pair.answer(pair.first, std::string(kStream) + chunk(kRole) + chunk(kText));
  pair.world.loop.run_until([&] { return client.response.body.contains("Hi"); });
  pair.last->reset();
  pair.world.loop.run_until_idle();
  EXPECT_EQ(pair.second.count(), 0U);
  EXPECT_EQ(client.response.field("x-tidegate-attempts"), "first;200");
  EXPECT_THAT(client.response.body, HasSubstr("\"error\""));
  EXPECT_THAT(client.response.body, Not(HasSubstr("[DONE]")));
}

TEST_P(Failovers, AStreamThatBreaksBeforeOutputAsksTheNextMember) {
  Pair pair(GetParam());
  pair.adopt();
  Client client(pair.world, "POST", kChat, kStreamPayload);
  client.start();
  pair.answer(pair.first, std::string(kStream) + chunk(kRole));
  pair.last->reset();
  pair.answer(pair.second, std::string(kStream) + chunk(kText) + chunk(kEnd) + "0\r\n\r\n");
  pair.world.loop.run_until_idle();
  EXPECT_EQ(client.response.field("x-tidegate-attempts"), "first;broken, second;200");
}

TEST_P(Failovers, ALateFirstTokenAsksTheNextMember) {
  Pair pair(GetParam());
  pair.group->triggers.first_token_timeout = 20ms;
  pair.adopt();
  Client client(pair.world, "POST", kChat, kStreamPayload);
  client.start();
  pair.answer(pair.first, std::string(kStream) + chunk(kRole));  // and then nothing
  pair.answer(pair.second, std::string(kStream) + chunk(kText) + chunk(kEnd) + "0\r\n\r\n");
  pair.world.loop.run_until_idle();
  EXPECT_EQ(client.response.field("x-tidegate-attempts"), "first;first-token-timeout, second;200");
  EXPECT_TRUE(pair.first.peer(0).ended());
}

TEST_P(Failovers, AStreamBelowTheFloorAsksTheNextMember) {
  Pair pair(GetParam());
  pair.group->triggers.min_tokens_per_second = 1000;
  pair.group->triggers.throughput_window = 20ms;
  pair.adopt();
  Client client(pair.world, "POST", kChat, kStreamPayload);
  client.start();
  pair.answer(pair.first, std::string(kStream) + chunk(kText));
  pair.answer(pair.second, std::string(kStream) + chunk(kText) + chunk(kEnd) + "0\r\n\r\n");
  pair.world.loop.run_until_idle();
  EXPECT_EQ(client.response.field("x-tidegate-attempts"), "first;slow, second;200");
  EXPECT_EQ(client.response.body.find("Hi"), client.response.body.rfind("Hi"));
}

TEST_P(Failovers, AnEmptyBudgetMakesTheFirstFailureFinal) {
  Pair pair(GetParam());
  pair.group->budget = {.ratio = 0, .min_per_second = 0};
  pair.adopt();
  Client client(pair.world, "POST", kChat, kPayload);
  client.start();
  pair.answer(pair.first, reply(429, "{}"));
  pair.world.loop.run_until_idle();
  EXPECT_EQ(client.response.status, 429);
  EXPECT_EQ(pair.second.count(), 0U);
  const std::string_view labels[] = {"Backend/ns/chat"};
  EXPECT_EQ(pair.world.registry.read("tidegate_retry_budget_exhausted_total", labels), 1U);
}

TEST_P(Failovers, RepeatedFailuresTakeAMemberOutUntilItsTimeHasCome) {
  Pair pair(GetParam());
  pair.members[0]->health.passive.emplace().consecutive_failures = 2;
  pair.adopt();
  for (int i = 0; i < 2; ++i) {
    Client client(pair.world, "POST", kChat, kPayload);
    client.start();
    pair.answer(pair.first, reply(503, "{}"));
    pair.answer(pair.second, reply(200, "{}"));
    pair.world.loop.run_until_idle();
  }
  Client client(pair.world, "POST", kChat, kPayload);
  client.start();
  pair.answer(pair.second, reply(200, "{}"));
  pair.world.loop.run_until_idle();
  EXPECT_EQ(client.response.field("x-tidegate-attempts"), "second;200");
  const std::string_view labels[] = {"Backend/ns/first"};
  EXPECT_EQ(pair.world.registry.read("tidegate_upstream_ejections_total", labels), 1U);
  EXPECT_EQ(pair.world.registry.read("tidegate_upstream_circuits_open", labels), 1U);
}

TEST_P(Failovers, ASlowMemberIsRacedByTheNextAndTheLoserIsCancelled) {
  Pair pair(GetParam());
  pair.group->hedge.emplace().delay = 5ms;
  pair.group->hedge->budget_ratio = 1;
  pair.members[1]->ai->models = {{"m", "renamed"}};
  pair.adopt();
  Client client(pair.world, "POST", kChat, kPayload);
  client.start();
  pair.world.await_request(pair.first, 0, "}");  // and no answer
  pair.answer(pair.second, reply(200, R"({"who":"second"})"));
  pair.world.loop.run_until_idle();
  EXPECT_EQ(client.response.body, R"({"who":"second"})");
  EXPECT_EQ(client.response.field("x-tidegate-attempts"), "first;cancelled, second;200");
  pair.world.loop.run_until([&] { return pair.first.peer(0).ended(); });
  EXPECT_THAT(pair.requests[0], HasSubstr("renamed"));
  EXPECT_THAT(pair.world.log_text(), HasSubstr(R"("backend":"Backend/ns/second")"));
  const std::string_view labels[] = {"Backend/ns/chat"};
  EXPECT_EQ(pair.world.registry.read("tidegate_hedged_tries_total", labels), 1U);
}

TEST_P(Failovers, AFastMemberIsNotRaced) {
  Pair pair(GetParam());
  pair.group->hedge.emplace().delay = 60s;
  pair.adopt();
  Client client(pair.world, "POST", kChat, kPayload);
  client.start();
  pair.answer(pair.first, reply(200, R"({"who":"first"})"));
  pair.world.loop.run_until_idle();
  EXPECT_EQ(client.response.field("x-tidegate-attempts"), "first;200");
  EXPECT_EQ(pair.second.count(), 0U);
}

TEST_P(Failovers, TheFirstWinsARaceWhenItAnswersFirst) {
  Pair pair(GetParam());
  pair.group->hedge.emplace().delay = 5ms;
  pair.group->hedge->budget_ratio = 1;
  pair.adopt();
  Client client(pair.world, "POST", kChat, kPayload);
  client.start();
  pair.world.await_request(pair.second, 0, "}");
  pair.answer(pair.first, reply(200, R"({"who":"first"})"));
  pair.world.loop.run_until_idle();
  EXPECT_EQ(client.response.body, R"({"who":"first"})");
  EXPECT_EQ(client.response.field("x-tidegate-attempts"), "second;cancelled, first;200");
}

TEST_P(Failovers, WithoutABudgetNobodyIsRaced) {
  Pair pair(GetParam());
  pair.group->hedge.emplace().delay = 1ms;
  pair.group->hedge->budget_ratio = 0;
  pair.adopt();
  Client client(pair.world, "POST", kChat, kPayload);
  client.start();
  pair.world.await_request(pair.first, 0, "}");
  for (int i = 0; i < 5; ++i) pair.world.loop.reactor.turn(2ms);
  pair.answer(pair.first, reply(200, "{}"));
  pair.world.loop.run_until_idle();
  EXPECT_EQ(client.response.status, 200);
  EXPECT_EQ(pair.second.count(), 0U);
}

TEST_P(Failovers, TheCheaperModelComesFirstWhenAskedTo) {
  Pair pair(GetParam());
  pair.group->members[1].priority = 0;
  pair.group->balance = config::Balance::kLowestCost;
  pair.members[0]->ai->models = {{"m", "gpt-4o"}};
  pair.members[1]->ai->models = {{"m", "gpt-4o-mini"}};
  pair.adopt();
  Client client(pair.world, "POST", kChat, kPayload);
  client.start();
  pair.answer(pair.second, reply(200, "{}"));
  pair.world.loop.run_until_idle();
  EXPECT_EQ(client.response.field("x-tidegate-attempts"), "second;200");
}

// So many dollars for a million tokens in and out.
ModelCard priced(std::uint64_t dollars) {
  ModelCard card;
  Price& price = card.price.emplace();
  price.rates.input = price.rates.output = dollars * 1'000'000;
  return card;
}

TEST_P(Failovers, AMembersOwnPriceComesBeforeThatOfTheFile) {
  Pair pair(GetParam());
  pair.group->members[1].priority = 0;
  pair.group->balance = config::Balance::kLowestCost;
  pair.members[0]->ai->models = {{"m", "gpt-4o-mini"}};
  pair.members[1]->ai->models = {{"m", "gpt-4o", {}}};
  pair.members[1]->ai->models[0].card.price.emplace().rates.input = 1;  // next to nothing
  pair.adopt();
  Client client(pair.world, "POST", kChat, kPayload);
  client.start();
  pair.answer(pair.second, reply(200, "{}"));
  pair.world.loop.run_until_idle();
  EXPECT_EQ(client.response.field("x-tidegate-attempts"), "second;200");
}

TEST_P(Failovers, ATryThatToldWhatItUsedIsPaidForToo) {
  Pair pair(GetParam());
  pair.group->triggers.first_token_timeout = 10s;
  pair.members[0]->ai->provider = "Anthropic";
  pair.members[0]->ai->models = {{"m", "claude", priced(2)}};
  pair.members[1]->ai->models = {{"m", "", priced(3)}};
  pair.adopt();
  Client client(pair.world, "POST", kChat,
                R"({"model":"m","messages":[{"role":"user","content":"hello"}],"stream":true})");
  client.start();
  pair.answer(pair.first,
              std::string(kStream) +
                  chunk("event: message_start\ndata: {\"type\":\"message_start\",\"message\":"
                        "{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\","
                        "\"model\":\"claude\",\"content\":[],\"stop_reason\":null,"
                        "\"usage\":{\"input_tokens\":1000,\"output_tokens\":1}}}\n\n"));
  for (int i = 0; i < 20; ++i) pair.world.loop.turn(i);  // reads it, and no token comes
  pair.world.loop.clock.ahead += 10s;
  pair.answer(pair.second, std::string(kStream) + chunk(kText) +
                               chunk("data: {\"choices\":[],\"usage\":{\"prompt_tokens\":100,"
                                     "\"completion_tokens\":10}}\n\n") +
                               chunk(kEnd) + "0\r\n\r\n");
  pair.world.loop.run_until_idle();
  EXPECT_EQ(client.response.field("x-tidegate-attempts"), "first;first-token-timeout, second;200");
  EXPECT_THAT(pair.world.log_text(), HasSubstr(R"("cost_micro_usd":2332})"));  // 1001*2 + 110*3
}

TEST_P(Failovers, NeverLeaveTheRegionsThatARequestIsLockedTo) {
  Pair pair(GetParam());
  pair.group->members[0].region = "eu";
  pair.group->members[1].region = "us";
  const std::vector<std::string> regions = {"eu"};
  pair.adopt(&regions);
  Client client(pair.world, "POST", kChat, kPayload);
  client.start();
  pair.answer(pair.first, reply(503, "{}"));
  pair.world.loop.run_until_idle();
  EXPECT_EQ(client.response.status, 503);
  EXPECT_EQ(pair.second.count(), 0U);
  EXPECT_THAT(pair.world.log_text(), HasSubstr(R"("regions":"eu")"));
  EXPECT_THAT(pair.world.log_text(), HasSubstr(R"("region":"eu")"));
}

TEST_P(Failovers, ALockedRequestWithoutAMemberIsForbiddenInItsDialect) {
  Pair pair(GetParam());
  pair.group->members[0].region = "us";
  const std::vector<std::string> regions = {"eu"};
  pair.adopt(&regions);
  Client client(pair.world, "POST", kChat, kPayload);
  client.run();
  EXPECT_EQ(client.response.status, 403);
  EXPECT_THAT(client.response.body, HasSubstr("\"error\":{\"message\":\"no backend is in the"));
  EXPECT_EQ(pair.first.count() + pair.second.count(), 0U);
}

TEST_P(Failovers, ASessionStaysWhereItBegan) {
  Pair pair(GetParam());
  pair.group->members[1].priority = 0;
  pair.group->sticky.emplace().header = "x-session";
  pair.adopt();
  std::string member;
  for (int i = 0; i < 8; ++i) {
    Client client(pair.world, "POST", kChat, kPayload);
    client.add("x-session", "s1");
    client.start();
    pair.world.loop.run_until([&] {
      for (RawListener* upstream : {&pair.first, &pair.second}) {
        for (std::size_t p = 0; p < upstream->count(); ++p) {
          if (upstream->peer(p).take().ends_with("}")) upstream->peer(p).send(reply(200, "{}"));
        }
      }
      return client.response.ended;
    });
    pair.world.loop.run_until_idle();
    const std::string now = client.response.field("x-tidegate-attempts");
    if (member.empty()) member = now;
    EXPECT_EQ(now, member);
  }
}

TEST_P(Failovers, WhatRefersToAnAnswerGoesWhereThatCameFrom) {
  Pair pair(GetParam());
  pair.group->sticky.emplace();
  pair.adopt();
  {
    Client client(pair.world, "POST", "/v1/responses", R"({"model":"m","input":"a"})");
    client.start();
    pair.answer(pair.first, reply(503, "{}"));
    pair.answer(pair.second, reply(200, R"({"id":"resp_1","object":"response"})"));
    pair.world.loop.run_until_idle();
    EXPECT_EQ(client.response.status, 200);
  }
  // The first member is back and of a better priority, but it does not know the answer.
  Client client(pair.world, "POST", "/v1/responses",
                R"({"model":"m","input":"b","previous_response_id":"resp_1"})");
  client.start();
  pair.answer(pair.second, reply(200, R"({"id":"resp_2"})"));
  pair.world.loop.run_until_idle();
  EXPECT_EQ(client.response.field("x-tidegate-attempts"), "second;200");
}

}  // namespace
}  // namespace tidegate::proxy
