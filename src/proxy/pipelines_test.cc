// Payload pipelines in the proxy: what is read and when, what changes on both ways, re-routes.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.h"
#include "proxy/pipeline_fixture.h"

namespace tidegate::proxy {
namespace {

using pipeline::Phase;
using pipeline::Reroute;
using pipeline::Step;
using pipeline::Turn;
using pipeline::Verdict;
using ::testing::HasSubstr;
using ::testing::Not;

class Pipelines : public testing::EachPoller {};
TIDEGATE_ON_EACH_POLLER(Pipelines);

Step go_on(Turn&) { return Verdict::kContinue; }

std::string event(const std::string& data) { return "data: " + data + "\n\n"; }
std::string delta(const std::string& text) {
  return event(R"({"id":"c","choices":[{"index":0,"delta":{"content":")" + text + R"("}}]})");
}
constexpr const char* kStreamHead =
    "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
std::string chunk(const std::string& bytes) {
  return fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes);
}

// A request body that comes when the test says so.
class LateBody final : public stream::BodySource {
 public:
  LateBody(async::Reactor& reactor, std::string text) : come(reactor), text_(std::move(text)) {}
  async::Task<Result<stream::Piece>> next() override {
    asked = true;
    const async::Outcome outcome = co_await come.wait();
    if (outcome != async::Outcome::kDone) {
      co_return fail(ErrorCode::kCancelled, Origin::kDownstream, "cancelled");
    }
    co_return stream::Piece(text_, stream::End::kYes);
  }
  bool ready() const override { return false; }
  void cancel() override { come.cancel(); }

  async::Event come;
  bool asked = false;

 private:
  std::string text_;
};

TEST_P(Pipelines, OfHeadersNeverReadThePayload) {
  PipelineWorld world(GetParam());
  RawListener upstream;
  bool ran_before_body = false;
  LateBody body(world.loop.reactor, "0123456789");
  world.on_gateway("g", {world.spec("edge", {Phase::kRequestHeaders}, go_on)});
  world.on_route("r", {world.spec("look", {Phase::kRequestHeaders, Phase::kResponseHeaders},
                                  [&](Turn& turn) -> Step {
                                    if (turn.phase == Phase::kRequestHeaders) {
                                      ran_before_body = !body.asked;
                                    }
                                    turn.effects.set_header("x-seen", "yes");
                                    return Verdict::kContinue;
                                  })});
  world.adopt_processed({rule_to(World::backend("a", upstream))});
  Client client(world, "POST", "/upload");
  client.exchange.request.body = http::BodyLength::known(10);
  client.exchange.body = &body;
  client.start();
  // The upstream has the head while the body has not come.
  world.await_request(upstream);
  EXPECT_TRUE(ran_before_body);
  EXPECT_THAT(upstream.peer(0).received(), HasSubstr("x-seen: yes"));
  body.come.set();
  world.await_request(upstream, 0, "0123456789");
  upstream.peer(0).send(http_reply("text/plain", "ok"));
  world.loop.run_until_idle();
  EXPECT_EQ(client.response.body, "ok");
  EXPECT_EQ(client.response.field("x-seen"), "yes");
}

TEST_P(Pipelines, RunInOrderAndBackwards) {
  PipelineWorld world(GetParam());
  RawListener upstream;
  std::string order;
  const auto note = [&order](Turn& turn) -> Step {
    order += turn.spec.name + " ";
    return Verdict::kContinue;
  };
  const pipeline::PhaseSet both = {Phase::kRequestHeaders, Phase::kResponseHeaders};
  world.on_gateway("g", {world.spec("g1", both, note), world.spec("g2", both, note)});
  world.on_route("r", {world.spec("r1", both, note), world.spec("r2", both, note)});
  world.on_backend("a", {world.spec("b1", both, note)});
  world.adopt_processed({rule_to(World::backend("a", upstream))});
  Client client(world, "GET", "/");
  client.start();
  world.await_request(upstream);
  upstream.peer(0).send(http_reply("text/plain", "ok"));
  world.loop.run_until_idle();
  EXPECT_EQ(order, "g1 g2 r1 r2 b1 b1 r2 r1 g2 g1 ");
  EXPECT_EQ(client.response.status, 200);
}

TEST_P(Pipelines, OfAGroupRunAroundItsMembersAndThoseOfAMemberWithItAlone) {
  PipelineWorld world(GetParam());
  RawListener one, two;
  std::string order;
  const auto note = [&order](Turn& turn) -> Step {
    order += turn.spec.name + " ";
    return Verdict::kContinue;
  };
  const pipeline::PhaseSet both = {Phase::kRequestHeaders, Phase::kResponseHeaders};
  world.on_backend("pair", {world.spec("of-pair", both, note)});
  world.on_backend("one", {world.spec("of-one", both, note)});
  auto group = std::make_shared<config::Group>();
  group->triggers.statuses = {503};
  for (const auto& member : {World::backend("one", one), World::backend("two", two)}) {
    group->members.emplace_back().backend = member;
    group->members.back().priority = static_cast<std::uint32_t>(group->members.size());
  }
  auto pair = std::make_shared<config::Backend>();
  pair->id = "Backend/ns/pair";
  pair->group = group;
  world.adopt_processed({rule_to(pair)});
  Client client(world, "GET", "/");
  client.start();
  world.await_request(one);
  one.peer(0).send("HTTP/1.1 503 X\r\ncontent-length: 0\r\n\r\n");
  world.await_request(two);
  two.peer(0).send(http_reply("text/plain", "ok"));
  world.loop.run_until_idle();
  EXPECT_EQ(client.response.status, 200);
  EXPECT_EQ(order, "of-pair of-one of-pair ");
}

TEST_P(Pipelines, OfABackendKeepCopiesAwayFromIt) {
  PipelineWorld world(GetParam());
  RawListener upstream, guarded;
  world.on_backend("b", {world.spec("guard", {Phase::kRequestHeaders}, go_on)});
  config::Filters filters;
  filters.mirrors.emplace_back().backend = World::backend("b", guarded);
  auto rule = with_filters(rule_to(World::backend("a", upstream)), filters);
  config::HttpRule other = rule_to(filters.mirrors[0].backend, "/other");
  world.adopt_processed({rule, other});
  Client client(world, "GET", "/");
  client.start();
  world.await_request(upstream);
  upstream.peer(0).send(http_reply("text/plain", "ok"));
  world.loop.run_until_idle();
  EXPECT_EQ(client.response.status, 200);
  EXPECT_EQ(guarded.count(), 0U);
}

TEST_P(Pipelines, EditWholeRepliesAndTheirLength) {
  PipelineWorld world(GetParam());
  RawListener upstream;
  world.on_route("r", {world.spec("edit", {Phase::kResponseBody}, [](Turn& turn) -> Step {
                   const auto at = turn.message.payload.find("secret");
                   turn.effects.replace(at, at + 6, "***");
                   return Verdict::kContinue;
                 })});
  world.adopt_processed({rule_to(model_server("a", upstream))});
  Client client(world, "POST", kChatPath, kChatBody);
  client.add("accept-encoding", "gzip").start();
  world.await_request(upstream, 0, "}");
  EXPECT_THAT(upstream.peer(0).received(), Not(HasSubstr("accept-encoding")));
  upstream.peer(0).send(http_reply("application/json", R"({"a" : "my secret"})"));
  world.loop.run_until_idle();
  EXPECT_EQ(client.response.body, R"({"a" : "my ***"})");
  EXPECT_EQ(client.response.length, http::BodyLength::known(client.response.body.size()));
}

TEST_P(Pipelines, EditDropAndInsertEventsOfAStreamAsTheyCome) {
  PipelineWorld world(GetParam());
  RawListener upstream;
  world.on_route("r", {world.spec("edit", {Phase::kStreamChunk}, [](Turn& turn) -> Step {
                   const std::string_view data = turn.message.payload;
                   if (turn.message.event->end) {
                     turn.effects.insert.push_back("data: last\n\n");
                   } else if (const auto at = data.find("bad"); at != data.npos) {
                     turn.effects.replace(at, at + 3, "***");
                   } else if (data.find("drop") != data.npos) {
                     turn.effects.drop_event = true;
                   }
                   return Verdict::kContinue;
                 })});
  world.adopt_processed({rule_to(model_server("a", upstream))});
  Client client(world, "POST", kChatPath, kStreamBody);
  client.start();
  world.await_request(upstream, 0, "}");
  upstream.peer(0).send(kStreamHead + chunk(delta("one")));
  // The first event is the client's before the second exists.
  world.loop.run_until([&] { return client.response.body == delta("one"); });
  const std::string rest = delta("bad") + delta("drop") + ": comment\n\n" + event("[DONE]");
  for (const char c : rest) upstream.peer(0).send(chunk(std::string(1, c)));
  upstream.peer(0).send("0\r\n\r\n");
  world.loop.run_until_idle();
  EXPECT_EQ(client.response.body,
            delta("one") + delta("***") + ": comment\n\n" + event("[DONE]") + "data: last\n\n");
  EXPECT_TRUE(client.response.ended);
  EXPECT_THAT(world.log_text(), HasSubstr(R"("verdict":"mutate","events":5)"));
}

TEST_P(Pipelines, LeaveTheBytesOfAStreamAloneThatNobodyEdits) {
  PipelineWorld world(GetParam());
  RawListener upstream;
  world.on_route("r", {world.spec("look", {Phase::kStreamChunk}, go_on)});
  world.adopt_processed({rule_to(model_server("a", upstream))});
  Client client(world, "POST", kChatPath, kStreamBody);
  client.start();
  world.await_request(upstream, 0, "}");
  const std::string odd =
      "id: 7\r\nevent:x\r\ndata:  {\"id\":\"c\"}\r\n\r\n" + delta("a") + event("[DONE]");
  upstream.peer(0).send(kStreamHead + chunk(odd) + "0\r\n\r\n");
  world.loop.run_until_idle();
  EXPECT_EQ(client.response.body, odd);
}

config::HttpRule rule_for(const std::string& model, std::shared_ptr<const config::Backend> to) {
  config::HttpRule made = rule_to(std::move(to));
  made.matches.front().headers.push_back(
      {config::ValueMatch::Kind::kExact, "x-gateway-model-name", model});
  return made;
}

TEST_P(Pipelines, ReRouteOnceToAnotherModel) {
  PipelineWorld world(GetParam());
  RawListener one, two;
  world.on_route("r", {world.spec("router", {Phase::kRequestBody}, [](Turn& turn) -> Step {
                   turn.effects.reroute = {Reroute::Kind::kModel, "two"};
                   return Verdict::kReroute;
                 })});
  world.adopt_processed(
      {rule_for("m", model_server("one", one)), rule_for("two", model_server("two", two))});
  Client client(world, "POST", kChatPath, kChatBody);
  client.start();
  world.await_request(two, 0, "}");
  EXPECT_THAT(two.peer(0).received(), HasSubstr(R"({"model":"two","messages":[]})"));
  EXPECT_EQ(one.count(), 0U);
  two.peer(0).send(http_reply("application/json", "{}"));
  world.loop.run_until_idle();
  EXPECT_EQ(client.response.status, 200);
  EXPECT_THAT(world.log_text(), HasSubstr(R"("verdict":"reroute")"));
}

TEST_P(Pipelines, HaveRoutesMatchedAgainOnce) {
  PipelineWorld world(GetParam());
  RawListener one, two;
  int runs = 0;
  const auto again = [&runs](Turn& turn) -> Step {
    ++runs;
    turn.effects.model = "two";
    turn.effects.reroute.kind = Reroute::Kind::kMatch;
    return Verdict::kReroute;
  };
  world.on_route("r", {world.spec("router", {Phase::kRequestBody}, again),
                       world.spec("other", {Phase::kRequestBody}, again)});
  world.adopt_processed(
      {rule_for("m", model_server("one", one)), rule_for("two", model_server("two", two))});
  Client client(world, "POST", kChatPath, kChatBody);
  client.start();
  world.await_request(two, 0, "}");
  EXPECT_THAT(two.peer(0).received(), HasSubstr(R"({"model":"two","messages":[]})"));
  EXPECT_EQ(one.count(), 0U);
  EXPECT_EQ(runs, 1);  // the rule that was found has no processors
  two.peer(0).send(http_reply("application/json", "{}"));
  world.loop.run_until_idle();
  EXPECT_EQ(client.response.status, 200);
}

TEST_P(Pipelines, GoOnWhereRoutesAreMatchedToTheSameRule) {
  PipelineWorld world(GetParam());
  RawListener upstream;
  std::string order;
  const auto again = [&order](const char* field) {
    return [&order, field](Turn& turn) -> Step {
      order += field[2];
      turn.effects.set_header(field, "1");
      turn.effects.reroute.kind = Reroute::Kind::kMatch;
      return Verdict::kReroute;
    };
  };
  world.on_route("r", {world.spec("a", {Phase::kRequestHeaders}, again("x-a")),
                       world.spec("b", {Phase::kRequestHeaders}, again("x-b"))});
  world.adopt_processed({rule_to(World::backend("one", upstream))});
  Client client(world, "GET", "/");
  client.start();
  world.await_request(upstream);
  EXPECT_EQ(order, "ab");
  EXPECT_THAT(upstream.peer(0).received(), HasSubstr("x-a: 1"));
  EXPECT_THAT(upstream.peer(0).received(), HasSubstr("x-b: 1"));
  upstream.peer(0).send(http_reply("text/plain", "ok"));
  world.loop.run_until_idle();
  EXPECT_EQ(client.response.body, "ok");
}

TEST_P(Pipelines, ReRouteToABackendOfTheirOwn) {
  PipelineWorld world(GetParam());
  RawListener one, two;
  auto router = world.spec("router", {Phase::kRequestHeaders}, [](Turn& turn) -> Step {
    turn.effects.reroute = {Reroute::Kind::kBackend, "cheap"};
    return Verdict::kReroute;
  });
  world.on_route("r", {router});
  world.last().backends = {{"cheap", World::backend("two", two)}};
  world.adopt_processed({rule_to(World::backend("one", one))});
  Client client(world, "GET", "/");
  client.start();
  world.await_request(two);
  two.peer(0).send(http_reply("text/plain", "ok"));
  world.loop.run_until_idle();
  EXPECT_EQ(client.response.body, "ok");
  EXPECT_EQ(one.count(), 0U);
}

TEST_P(Pipelines, EndWhenTheClientLeaves) {
  PipelineWorld world(GetParam());
  RawListener upstream;
  bool cancelled = false;
  world.on_route("r", {world.spec("slow", {Phase::kRequestHeaders}, [&](Turn& turn) -> Step {
                   return [](Turn& t, bool& told) -> Step::Task {
                     auto ended = co_await pipeline::hang(t);
                     told = !ended;
                     co_return ended;
                   }(turn, cancelled);
                 })});
  world.adopt_processed({rule_to(World::backend("a", upstream))});
  Client client(world, "GET", "/");
  client.start();
  world.loop.turn(0);
  EXPECT_EQ(world.loop.group.size(), 1U);
  client.exchange.cancel_for(exchange::CancelReason::kClientGone);
  world.loop.run_until_idle();
  EXPECT_TRUE(cancelled);
  EXPECT_EQ(upstream.count(), 0U);
  EXPECT_THAT(world.log_text(), HasSubstr(R"("termination":"client_gone")"));
}

TEST_P(Pipelines, RefusePayloadsThatAreTooLargeToKeep) {
  PipelineWorld world(GetParam());
  RawListener upstream;
  world.on_route("r", {world.spec("look", {Phase::kRequestBody, Phase::kResponseBody}, go_on)});
  world.adopt_processed({rule_to(World::backend("a", upstream))});
  Client large(world, "POST", "/", "x");
  large.exchange.request.body = http::BodyLength::known(limits::kMaxBufferedBodyBytes + 1);
  large.run();
  EXPECT_EQ(large.response.status, 413);

  Client client(world, "GET", "/");
  client.start();
  world.await_request(upstream);
  upstream.peer(0).send(fmt::format("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\nx",
                                    limits::kMaxBufferedBodyBytes + 1));
  world.loop.run_until_idle();
  EXPECT_EQ(client.response.status, 502);
}

TEST_P(Pipelines, RefuseRepliesThatTheyCannotRead) {
  PipelineWorld world(GetParam());
  RawListener upstream;
  world.on_route("r", {world.spec("look", {Phase::kResponseBody}, go_on)});
  world.adopt_processed({rule_to(World::backend("a", upstream))});
  Client client(world, "GET", "/");
  client.start();
  world.await_request(upstream);
  upstream.peer(0).send(
      "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 2\r\n\r\n\x1f\x8b");
  world.loop.run_until_idle();
  EXPECT_EQ(client.response.status, 502);
}

TEST_P(Pipelines, ThatCannotRunAreNotSkipped) {
  PipelineWorld world(GetParam());
  RawListener upstream;
  auto unknown = world.spec("x", {Phase::kRequestHeaders}, go_on);
  unknown.type = "Nothing";
  world.on_route("r", {unknown});
  world.adopt_processed({rule_to(World::backend("a", upstream))});
  Client client(world, "GET", "/");
  client.run();
  EXPECT_EQ(client.response.status, 500);
  EXPECT_EQ(upstream.count(), 0U);
  EXPECT_THAT(world.log_text(), HasSubstr("no processor type Nothing"));
}

TEST_P(Pipelines, AnswerInThePlaceOfAReply) {
  PipelineWorld world(GetParam());
  RawListener upstream;
  world.on_route("r", {world.spec("filter", {Phase::kResponseBody}, [](Turn& turn) -> Step {
                   turn.effects.reply = {200, {}, "I cannot say.", true};
                   return Verdict::kAnswer;
                 })});
  world.adopt_processed({rule_to(model_server("a", upstream))});
  Client client(world, "POST", kChatPath, kChatBody);
  client.start();
  world.await_request(upstream, 0, "}");
  upstream.peer(0).send(http_reply("application/json", R"({"choices":[]})"));
  world.loop.run_until_idle();
  EXPECT_EQ(client.response.status, 200);
  EXPECT_THAT(client.response.body, HasSubstr(R"("content":"I cannot say.")"));
}

TEST_P(Pipelines, KeepFactoriesOverAReload) {
  PipelineWorld world(GetParam());
  RawListener upstream;
  world.on_route("r", {world.spec("look", {Phase::kRequestHeaders}, go_on)});
  world.adopt_processed({rule_to(World::backend("a", upstream))});
  const auto factory = [&world] {
    const auto& rule = world.port().http_listeners[0]->http_routes[0]->rules->at(0);
    return world.snapshot->pipelines()->find(rule.pipelines)->processors()[0]->factory.get();
  };
  const auto* before = factory();
  world.adopt_processed({rule_to(World::backend("a", upstream))});
  EXPECT_EQ(factory(), before);
}

}  // namespace
}  // namespace tidegate::proxy
