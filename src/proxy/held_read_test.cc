// Streams that pause while a processor holds something back.
#include "proxy/held_read.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proxy/pipeline_fixture.h"

namespace tidegate::proxy {
namespace {

using pipeline::Phase;
using pipeline::Step;
using pipeline::Turn;
using pipeline::Verdict;
using ::testing::HasSubstr;

std::string delta(const std::string& text) {
  return R"(data: {"id":"c","choices":[{"index":0,"delta":{"content":")" + text + "\"}}]}\n\n";
}
constexpr const char* kDone = "data: [DONE]\n\n";
std::string chunk(const std::string& bytes) {
  return fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes);
}
std::string head(std::string_view type = "text/event-stream") {
  return "HTTP/1.1 200 OK\r\ncontent-type: " + std::string(type) +
         "\r\ntransfer-encoding: chunked\r\n\r\n";
}

// A processor that keeps each event for half a minute, or until the stream ends.
struct Keeper {
  explicit Keeper(PipelineWorld& w) : world(w) {}

  Step operator()(Turn& turn) {
    const pipeline::StreamEvent& event = *turn.message.event;
    if (event.pause) {
      ++turns;
      if (releases) release(turn);
      return Verdict::kContinue;
    }
    if (event.end) {
      release(turn);
      return Verdict::kContinue;
    }
    kept += "data: " + std::string(turn.message.payload) + "\n\n";
    turn.effects.drop_event = true;
    world.scripts.held["keep"] = world.loop.clock.steady_now() + std::chrono::seconds(30);
    return Verdict::kContinue;
  }
  void release(Turn& turn) {
    turn.effects.insert.push_back(turn.arena.copy(std::exchange(kept, {})));
    world.scripts.held.clear();
  }

  PipelineWorld& world;
  std::string kept;
  int turns = 0;
  bool releases = true;
};

class HeldReads : public testing::EachPoller {
 protected:
  void use(PipelineWorld& world, Keeper& keeper,
           std::shared_ptr<const config::Backend> backend) const {
    world.on_route("r", {world.spec("keep", {Phase::kStreamChunk},
                                    [&keeper](Turn& turn) { return keeper(turn); })});
    world.adopt_processed({rule_to(std::move(backend))});
  }
  static void turn(PipelineWorld& world) {
    for (int i = 0; i < 20; ++i) world.loop.turn(0);
  }
};

TEST_P(HeldReads, LetOutWhatIsHeldWhenItsTimeHasComeWhereverTheStreamIsCut) {
  const std::string sent = delta("one") + delta("two");
  for (std::size_t cut = 0; cut <= sent.size(); cut += 7) {
    PipelineWorld world(GetParam());
    RawListener upstream;
    Keeper keeper(world);
    use(world, keeper, model_server("a", upstream));
    Client client(world, "POST", kChatPath, kStreamBody);
    client.start();
    world.await_request(upstream, 0, "}");
    upstream.peer(0).send(head());
    if (cut != 0) upstream.peer(0).send(chunk(sent.substr(0, cut)));
    const std::string first = cut >= sent.size()           ? sent
                              : cut >= delta("one").size() ? delta("one")
                                                           : "";
    world.loop.run_until([&] { return keeper.kept == first; });
    turn(world);
    EXPECT_EQ(client.response.body, "");
    world.loop.clock.ahead += std::chrono::seconds(20);
    turn(world);
    EXPECT_EQ(client.response.body, "");
    world.loop.clock.ahead += std::chrono::seconds(10);
    world.loop.run_until([&] { return client.response.body == first; });
    EXPECT_EQ(keeper.turns, first.empty() ? 0 : 1);
    upstream.peer(0).send(chunk(sent.substr(cut) + kDone) + "0\r\n\r\n");
    world.loop.run_until_idle();
    EXPECT_EQ(client.response.body, sent + kDone) << "cut at " << cut;
    EXPECT_TRUE(client.response.ended);
  }
}

TEST_P(HeldReads, OfStreamsOfNoModelAndOfTranslatedOnesToo) {
  for (const bool translated : {false, true}) {
    PipelineWorld world(GetParam());
    RawListener upstream;
    Keeper keeper(world);
    auto backend = World::backend("a", upstream);
    if (translated) {
      backend->ai.emplace();
      backend->ai->provider = "Anthropic";
      backend->ai->dialect = llm::Dialect::kAnthropic;
    }
    use(world, keeper, std::move(backend));
    Client client(world, "POST", translated ? kChatPath : "/events",
                  translated ? kStreamBody : "{}");
    client.start();
    world.await_request(upstream, 0, "}");
    upstream.peer(0).send(head() + chunk(translated ? R"(event: message_start
data: {"type":"message_start","message":{"id":"m","type":"message","role":"assistant","model":"x","content":[],"stop_reason":null,"usage":{"input_tokens":1,"output_tokens":1}}}

)"
                                                    : "data: one\n\n"));
    world.loop.run_until([&] { return !keeper.kept.empty(); });
    const std::string first = keeper.kept;
    turn(world);
    EXPECT_EQ(client.response.body, "");
    world.loop.clock.ahead += std::chrono::seconds(30);
    world.loop.run_until([&] { return client.response.body == first; });
    world.stopping.request();
    client.exchange.cancel_for(exchange::CancelReason::kClientGone);
    world.loop.run_until_idle();
  }
}

TEST_P(HeldReads, AskOnceWhereNothingComesOfIt) {
  PipelineWorld world(GetParam());
  RawListener upstream;
  Keeper keeper(world);
  keeper.releases = false;
  use(world, keeper, model_server("a", upstream));
  Client client(world, "POST", kChatPath, kStreamBody);
  client.start();
  world.await_request(upstream, 0, "}");
  upstream.peer(0).send(head() + chunk(delta("one")));
  world.loop.run_until([&] { return !keeper.kept.empty(); });
  world.loop.clock.ahead += std::chrono::seconds(30);
  world.loop.run_until([&] { return keeper.turns == 1; });
  turn(world);
  EXPECT_EQ(keeper.turns, 1);
  // It may have changed its mind.
  ASSERT_NE(world.scripts.observer, nullptr);
  keeper.releases = true;
  world.scripts.observer->set();
  world.loop.run_until([&] { return client.response.body == delta("one"); });
  EXPECT_EQ(keeper.turns, 2);
  upstream.peer(0).send(chunk(kDone) + "0\r\n\r\n");
  world.loop.run_until_idle();
  EXPECT_EQ(world.scripts.observer, nullptr);
  EXPECT_EQ(client.response.body, delta("one") + kDone);
}

TEST_P(HeldReads, MayEndTheStream) {
  PipelineWorld world(GetParam());
  RawListener upstream;
  world.on_route("r", {world.spec("keep", {Phase::kStreamChunk}, [&](Turn& turn) -> Step {
                   if (turn.message.event->pause) {
                     turn.effects.insert.push_back("data: over\n\n");
                     turn.effects.end_stream = true;
                   }
                   world.scripts.held["keep"] =
                       world.loop.clock.steady_now() + std::chrono::seconds(30);
                   return Verdict::kContinue;
                 })});
  world.adopt_processed({rule_to(model_server("a", upstream))});
  Client client(world, "POST", kChatPath, kStreamBody);
  client.start();
  world.await_request(upstream, 0, "}");
  upstream.peer(0).send(head() + chunk(delta("one")));
  world.loop.run_until([&] { return client.response.body == delta("one"); });
  world.loop.clock.ahead += std::chrono::seconds(30);
  world.loop.run_until_idle();
  EXPECT_EQ(client.response.body, delta("one") + "data: over\n\n");
  EXPECT_TRUE(client.response.ended);
  world.loop.run_until([&] { return upstream.peer(0).ended(); });
}

TEST_P(HeldReads, EndWithAFailureThatTheStreamCanTell) {
  PipelineWorld world(GetParam());
  RawListener upstream;
  world.on_route("r", {world.spec("keep", {Phase::kStreamChunk}, [&](Turn& turn) -> Step {
                   if (turn.message.event->pause)
                     return Error(ErrorCode::kLimit, Origin::kInternal, "x");
                   world.scripts.held["keep"] =
                       world.loop.clock.steady_now() + std::chrono::seconds(30);
                   return Verdict::kContinue;
                 })});
  world.last().processors.front().failure_mode = config::FailureMode::kClosed;
  world.adopt_processed({rule_to(model_server("a", upstream))});
  Client client(world, "POST", kChatPath, kStreamBody);
  client.start();
  world.await_request(upstream, 0, "}");
  upstream.peer(0).send(head() + chunk(delta("one")));
  world.loop.run_until([&] { return client.response.body == delta("one"); });
  world.loop.clock.ahead += std::chrono::seconds(30);
  world.loop.run_until_idle();
  EXPECT_THAT(client.response.body, HasSubstr("a payload processor failed"));
  EXPECT_TRUE(client.response.ended);
}

TEST_P(HeldReads, EndWhenTheClientLeaves) {
  for (const bool at_pause : {false, true}) {
    PipelineWorld world(GetParam());
    RawListener upstream;
    Keeper keeper(world);
    use(world, keeper, model_server("a", upstream));
    Client client(world, "POST", kChatPath, kStreamBody);
    client.start();
    world.await_request(upstream, 0, "}");
    upstream.peer(0).send(head() + chunk(delta("one")));
    world.loop.run_until([&] { return !keeper.kept.empty(); });
    if (at_pause) {
      client.response.client_gone = true;
      world.loop.clock.ahead += std::chrono::seconds(30);
    } else {
      client.exchange.cancel_for(exchange::CancelReason::kClientGone);
    }
    world.loop.run_until_idle();
    EXPECT_EQ(client.response.body, "");
    EXPECT_THAT(world.log_text(), HasSubstr("client_gone"));
  }
}

TIDEGATE_ON_EACH_POLLER(HeldReads);

}  // namespace
}  // namespace tidegate::proxy
