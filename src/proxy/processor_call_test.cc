// Calls of processors to backends: what is sent, what comes back, when nobody is asked.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coding/encode_fixture.h"
#include "proxy/pipeline_fixture.h"

namespace tidegate::proxy {
namespace {

using namespace std::chrono_literals;
using pipeline::CallRequest;
using pipeline::Phase;
using pipeline::Step;
using pipeline::Turn;
using pipeline::Verdict;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using tidegate::testing::RawPeer;

// A processor that asks a backend and answers the client with what that said.
class ProcessorCalls : public testing::EachPoller {
 protected:
  ProcessorCalls() : world(GetParam()) {}

  void adopt(std::shared_ptr<const config::Backend> backend) {
    auto spec = world.spec("ask", {Phase::kRequestHeaders}, [this](Turn& turn) -> Step {
      CallRequest call("/check?x=1", body);
      call.fields.emplace_back("x-phase", "request");
      call.timeout = timeout;
      call.max_answer_bytes = 100;
      return ask(turn, std::move(call));
    });
    spec.backend = std::move(backend);
    world.on_route("p", {spec});
    config::HttpRule rule = rule_to(World::backend("own", unused));
    rule.regions = regions;
    world.adopt_processed({rule});
  }
  static Step::Task ask(Turn& turn, CallRequest request) {
    auto answer = co_await turn.caller.call(turn.spec.backend, std::move(request), turn.cancel);
    if (!answer) co_return std::unexpected(std::move(answer).error());
    turn.effects.reply = {answer->head.status, "text/plain", turn.arena.copy(answer->body), false};
    co_return Verdict::kAnswer;
  }

  // Waits for a call, on whatever connection, and notes it.
  RawPeer& await_call() {
    std::size_t at = 0;
    world.loop.run_until([&] {
      for (at = 0; at < called.count(); ++at) {
        if (called.peer(at).received().ends_with(body)) return true;
      }
      return false;
    });
    request = called.peer(at).take();
    return called.peer(at);
  }
  // One request of a client, whose call gets this as the answer.
  void run(Client& client, std::string_view answer) {
    client.start();
    await_call().send(answer);
    world.loop.run_until_idle();
  }

  PipelineWorld world;
  RawListener called;
  RawListener unused;  // of the route, which the processor's answer goes before
  std::string request;
  std::string body = R"({"input":"x"})";
  std::chrono::milliseconds timeout{0};
  std::shared_ptr<const std::vector<std::string>> regions;
};
TIDEGATE_ON_EACH_POLLER(ProcessorCalls);

constexpr const char* kOk = "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nfine";

TEST_P(ProcessorCalls, AreRequestsOfTheirOwnWithTheBackendsCredentials) {
  auto backend = World::backend("guard", called);
  backend->host = "guard.example";
  backend->api_key = config::ApiKey{"authorization", "Bearer ", Secret("canary")};
  adopt(backend);
  Client client(world, "GET", "/secret-path");
  client.add("authorization", "Bearer clients").add("cookie", "c=1");
  run(client, kOk);
  EXPECT_EQ(client.response.status, 200);
  EXPECT_EQ(client.response.body, "fine");
  EXPECT_THAT(request, StartsWith("POST /check?x=1 HTTP/1.1\r\n"));
  EXPECT_THAT(request, HasSubstr("Host: guard.example\r\n"));
  EXPECT_THAT(request, HasSubstr("authorization: Bearer canary\r\n"));
  EXPECT_THAT(request, HasSubstr("content-type: application/json\r\n"));
  EXPECT_THAT(request, HasSubstr("x-phase: request\r\n"));
  EXPECT_THAT(request, Not(HasSubstr("clients")));
  EXPECT_THAT(request, Not(HasSubstr("cookie")));
  EXPECT_THAT(request, Not(HasSubstr("secret-path")));
  EXPECT_EQ(unused.count(), 0U);
  // The next one goes over the same connection.
  Client next(world, "GET", "/");
  run(next, kOk);
  EXPECT_EQ(called.count(), 1U);
}

TEST_P(ProcessorCalls, TellAnswersOfOtherStatusToTheProcessor) {
  adopt(World::backend("guard", called));
  Client client(world, "GET", "/");
  run(client, "HTTP/1.1 422 Unprocessable\r\ncontent-length: 2\r\n\r\nno");
  EXPECT_EQ(client.response.status, 422);
  EXPECT_EQ(client.response.body, "no");
}

TEST_P(ProcessorCalls, OfABackendWithoutRoomFailAtOnceUntilItsTimeIsOver) {
  adopt(World::backend("guard", called));
  Client shed(world, "GET", "/");
  run(shed, "HTTP/1.1 429 Too Many\r\nretry-after: 7\r\ncontent-length: 2\r\n\r\nno");
  EXPECT_EQ(shed.response.status, 500);
  EXPECT_THAT(world.log_text(), HasSubstr("Backend/ns/guard has no room: 429"));
  // Would wait for ever for an answer, had it been sent.
  Client soon(world, "GET", "/");
  soon.run();
  EXPECT_EQ(soon.response.status, 500);
  world.loop.clock.ahead += 8s;
  world.loop.turn(0);
  Client later(world, "GET", "/");
  run(later, kOk);
  EXPECT_EQ(later.response.status, 200);
}

TEST_P(ProcessorCalls, StopForAWhileAfterFailuresInARow) {
  adopt(World::backend("guard", called));
  for (int i = 0; i < 5; ++i) {
    Client client(world, "GET", "/");
    run(client, "HTTP/1.1 500 Oops\r\ncontent-length: 2\r\n\r\nno");
    EXPECT_EQ(client.response.status, 500);
    EXPECT_EQ(client.response.body, "no");
  }
  Client client(world, "GET", "/");
  client.run();
  EXPECT_EQ(client.response.status, 500);
  EXPECT_NE(client.response.body, "no");
  EXPECT_THAT(world.log_text(), HasSubstr("all endpoints are ejected"));
}

TEST_P(ProcessorCalls, EndWhenTheirTimeIsOver) {
  timeout = 300ms;
  adopt(World::backend("guard", called));
  Client client(world, "GET", "/");
  client.start();
  RawPeer& peer = await_call();
  for (int i = 0; i < 100 && world.loop.group.size() != 0; ++i) {
    world.loop.turn(0);
    world.loop.clock.ahead += 10ms;
  }
  world.loop.run_until_idle();
  EXPECT_EQ(client.response.status, 504);
  EXPECT_THAT(world.log_text(), HasSubstr(R"("verdict":"timeout-closed")"));
  EXPECT_TRUE(peer.ended());
}

TEST_P(ProcessorCalls, EndWithTheClient) {
  adopt(World::backend("guard", called));
  Client client(world, "GET", "/");
  client.start();
  RawPeer& peer = await_call();
  client.exchange.cancel_for(exchange::CancelReason::kClientGone);
  world.loop.run_until_idle();
  world.loop.run_until([&] { return peer.ended(); });
  EXPECT_THAT(world.log_text(), HasSubstr(R"("termination":"client_gone")"));
}

TEST_P(ProcessorCalls, RefuseAnswersThatAreTooLongEncodedOrCut) {
  adopt(World::backend("guard", called));
  Client longer(world, "GET", "/");
  run(longer, "HTTP/1.1 200 OK\r\ncontent-length: 101\r\n\r\n" + std::string(101, 'x'));
  EXPECT_EQ(longer.response.status, 500);
  EXPECT_THAT(world.log_text(), HasSubstr("an answer of more than 100 bytes"));
  Client encoded(world, "GET", "/");
  run(encoded, "HTTP/1.1 200 OK\r\ncontent-encoding: compress\r\ncontent-length: 1\r\n\r\nx");
  EXPECT_EQ(encoded.response.status, 500);
  EXPECT_THAT(world.log_text(), HasSubstr("content coding 'compress'"));
  const std::string bomb = coding::gzip(std::string(101, 'x'));
  Client longer_than_it_seems(world, "GET", "/");
  run(longer_than_it_seems,
      fmt::format("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n{}",
                  bomb.size(), bomb));
  EXPECT_EQ(longer_than_it_seems.response.status, 500);
  Client cut(world, "GET", "/");
  cut.start();
  RawPeer& peer = await_call();
  peer.send("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nx");
  peer.close();
  world.loop.run_until_idle();
  EXPECT_EQ(cut.response.status, 500);
}

TEST_P(ProcessorCalls, DecodeAnswers) {
  adopt(World::backend("guard", called));
  Client client(world, "GET", "/");
  const std::string answer = coding::gzip("fine");
  run(client,
      fmt::format("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n{}",
                  answer.size(), answer));
  EXPECT_EQ(client.response.status, 200);
  EXPECT_EQ(client.response.body, "fine");
}

TEST_P(ProcessorCalls, AreAskedAgainOnAFreshConnectionWhenAPooledOneIsGone) {
  adopt(World::backend("guard", called));
  Client first(world, "GET", "/");
  run(first, kOk);
  Client second(world, "GET", "/");
  second.start();
  await_call().close();
  await_call().send(kOk);
  world.loop.run_until_idle();
  EXPECT_EQ(second.response.status, 200);
  EXPECT_EQ(called.count(), 2U);
}

TEST_P(ProcessorCalls, GoToTheNextMemberOfAGroup) {
  RawListener dead;
  auto group = std::make_shared<config::Group>();
  config::GroupMember one, two;
  one.backend = World::backend("one", dead);
  two.backend = World::backend("two", called);
  two.priority = 1;
  group->members = {one, two};
  auto backend = std::make_shared<config::Backend>();
  backend->id = "Backend/ns/pair";
  backend->group = group;
  dead.close();
  adopt(backend);
  Client client(world, "GET", "/");
  run(client, kOk);
  EXPECT_EQ(client.response.status, 200);
}

TEST_P(ProcessorCalls, StayInTheRegionsOfTheRule) {
  regions = std::make_shared<const std::vector<std::string>>(std::vector<std::string>{"eu"});
  auto backend = World::backend("guard", called);
  backend->region = "us";
  adopt(backend);
  Client client(world, "GET", "/");
  client.run();
  EXPECT_EQ(client.response.status, 500);
  EXPECT_EQ(called.count(), 0U);
}

TEST_P(ProcessorCalls, ToNobodyFail) {
  adopt(nullptr);
  Client client(world, "GET", "/");
  client.run();
  EXPECT_EQ(client.response.status, 500);
  EXPECT_THAT(world.log_text(), HasSubstr("backendRef does not resolve"));
}

TEST_P(ProcessorCalls, TellWhichGatewayTheyComeFrom) {
  world.context.gateway_id = "tidegate-1";
  adopt(World::backend("guard", called));
  Client client(world, "GET", "/");
  run(client, kOk);
  EXPECT_THAT(request, HasSubstr("cdn-loop: tidegate-1\r\n"));
}

TEST_P(ProcessorCalls, ShowTheNextKeyWhenOneIsRefused) {
  config::ApiKeys keys;
  keys.keys.push_back({"authorization", "Bearer ", "", Secret("canary-one")});
  keys.keys.push_back({"authorization", "Bearer ", "", Secret("canary-two")});
  auto credentials = std::make_shared<config::Credentials>();
  credentials->source = std::move(keys);
  auto backend = World::backend("guard", called);
  backend->credentials = std::move(credentials);
  adopt(backend);
  Client client(world, "GET", "/");
  client.start();
  await_call().send("HTTP/1.1 401 Unauthorized\r\ncontent-length: 2\r\n\r\nno");
  EXPECT_THAT(request, HasSubstr("canary-one"));
  await_call().send(kOk);
  EXPECT_THAT(request, HasSubstr("canary-two"));
  world.loop.run_until_idle();
  EXPECT_EQ(client.response.status, 200);
}

}  // namespace
}  // namespace tidegate::proxy
