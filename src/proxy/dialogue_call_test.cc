// Dialogues of processors with stores: over which connections, how often, and when not at all.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/store_limits.h"
#include "proxy/pipeline_fixture.h"

namespace tidegate::proxy {
namespace {

using namespace std::chrono_literals;
using pipeline::Dialogue;
using pipeline::Phase;
using pipeline::Step;
using pipeline::Turn;
using pipeline::Verdict;
using ::testing::HasSubstr;
using tidegate::testing::RawPeer;

// Says "hi" on new connections, then "ask", and is answered by a line.
class LineDialogue final : public Dialogue {
 public:
  explicit LineDialogue(std::string session) : session_(std::move(session)) {}
  std::string_view session() const override { return session_; }
  std::string begin(Connection connection) override {
    heard.clear();
    return connection == Connection::kNew ? "hi ask\n" : "ask\n";
  }
  Result<Progress> take(std::string_view bytes, std::string& say) override {
    heard += bytes;
    if (heard == "more\n") {
      heard.clear();
      say = "again\n";
    }
    if (heard.starts_with('!')) return fail(ErrorCode::kMalformed, Origin::kUpstream, heard);
    return heard.ends_with('\n') ? Progress::kDone : Progress::kGoesOn;
  }
  std::string heard;

 private:
  const std::string session_;
};

class Dialogues : public testing::EachPoller {
 protected:
  Dialogues() : world(GetParam()) {}

  static std::shared_ptr<config::Backend> store_at(const RawListener& listener) {
    auto backend = World::backend("store", listener);
    backend->protocol = config::BackendProtocol::kRedis;
    return backend;
  }
  void adopt(std::shared_ptr<const config::Backend> backend) {
    auto spec = world.spec("ask", {Phase::kRequestHeaders}, [this](Turn& turn) -> Step {
      if (!aside) return ask(turn, session, timeout);
      turn.caller.talk_aside(turn.spec.backend, std::make_unique<LineDialogue>(session), timeout);
      turn.effects.reply = {200, "text/plain", "went on", false};
      return Verdict::kAnswer;
    });
    spec.backend = std::move(backend);
    world.on_route("p", {spec});
    config::HttpRule rule = rule_to(World::backend("own", unused));
    rule.regions = regions;
    world.adopt_processed({rule});
  }
  static Step::Task ask(Turn& turn, std::string session, std::chrono::milliseconds timeout) {
    LineDialogue dialogue(std::move(session));
    auto done = co_await turn.caller.talk(turn.spec.backend, dialogue, timeout, turn.cancel);
    if (!done) co_return std::unexpected(std::move(done).error());
    turn.effects.reply = {200, "text/plain", turn.arena.copy(dialogue.heard), false};
    co_return Verdict::kAnswer;
  }

  // Waits until the store is told this, on whatever connection.
  RawPeer& await(std::string_view said) {
    std::size_t at = 0;
    world.loop.run_until([&] {
      for (at = 0; at < store.count(); ++at) {
        if (store.peer(at).received() == said) return true;
      }
      return false;
    });
    store.peer(at).forget();
    return store.peer(at);
  }
  // A request of a client, until the processor is answered.
  std::string run(std::string_view said, std::string_view answer) {
    Client client(world, "GET", "/");
    client.start();
    await(said).send(answer);
    world.loop.run_until_idle();
    return client.response.body;
  }
  // One that nobody answers.
  std::uint16_t run_unasked() {
    Client client(world, "GET", "/");
    client.run();
    return client.response.status;
  }
  void let_pass(std::chrono::milliseconds time) {
    for (int i = 0; i < 50; ++i) {
      world.loop.turn(0);
      world.loop.clock.ahead += time / 50;
    }
    world.loop.run_until_idle();
  }

  PipelineWorld world;
  RawListener store;
  RawListener unused;
  std::string session = "one";
  std::chrono::milliseconds timeout = 1s;
  bool aside = false;
  std::shared_ptr<const std::vector<std::string>> regions;
};
TIDEGATE_ON_EACH_POLLER(Dialogues);

TEST_P(Dialogues, OfOneSessionGoOverOneConnection) {
  adopt(store_at(store));
  EXPECT_EQ(run("hi ask\n", "fine\n"), "fine\n");
  EXPECT_EQ(run("ask\n", "well\n"), "well\n");
  EXPECT_EQ(store.count(), 1U);
}

TEST_P(Dialogues, SayMoreWhereTheAnswerAsksForIt) {
  adopt(store_at(store));
  Client client(world, "GET", "/");
  client.start();
  await("hi ask\n").send("mo");
  world.loop.turn(0);
  store.peer(0).send("re\n");
  await("again\n").send("fine\n");
  world.loop.run_until_idle();
  EXPECT_EQ(client.response.body, "fine\n");
}

TEST_P(Dialogues, OfAnotherSessionHaveAConnectionOfTheirOwn) {
  adopt(store_at(store));
  EXPECT_EQ(run("hi ask\n", "fine\n"), "fine\n");
  session = "two";
  EXPECT_EQ(run("hi ask\n", "well\n"), "well\n");
  EXPECT_TRUE(store.peer(0).ended());
  EXPECT_EQ(store.count(), 2U);
}

TEST_P(Dialogues, AreHadAgainWhereAKeptConnectionIsClosedUnderThem) {
  adopt(store_at(store));
  EXPECT_EQ(run("hi ask\n", "fine\n"), "fine\n");
  Client client(world, "GET", "/");
  client.start();
  await("ask\n").close();
  await("hi ask\n").send("well\n");
  world.loop.run_until_idle();
  EXPECT_EQ(client.response.body, "well\n");
}

TEST_P(Dialogues, AreNotHadAgainOnceSomethingWasHeard) {
  adopt(store_at(store));
  EXPECT_EQ(run("hi ask\n", "fine\n"), "fine\n");
  Client client(world, "GET", "/");
  client.start();
  RawPeer& peer = await("ask\n");
  peer.send("we");
  peer.close();
  world.loop.run_until_idle();
  EXPECT_EQ(client.response.status, 500);
  EXPECT_EQ(store.count(), 1U);
}

TEST_P(Dialogues, ThatFailCloseTheirConnection) {
  adopt(store_at(store));
  run("hi ask\n", "!no\n");
  EXPECT_THAT(world.log_text(), HasSubstr("!no"));
  world.loop.run_until([&] { return store.peer(0).ended(); });
}

TEST_P(Dialogues, EndWhenTheirTimeIsOver) {
  timeout = 100ms;
  adopt(store_at(store));
  Client client(world, "GET", "/");
  client.start();
  RawPeer& peer = await("hi ask\n");
  let_pass(200ms);
  EXPECT_EQ(client.response.status, 504);
  EXPECT_THAT(world.log_text(), HasSubstr("Backend/ns/store did not answer in time"));
  EXPECT_TRUE(peer.ended());
}

TEST_P(Dialogues, EndWithTheClient) {
  adopt(store_at(store));
  Client client(world, "GET", "/");
  client.start();
  RawPeer& peer = await("hi ask\n");
  client.exchange.cancel_for(exchange::CancelReason::kClientGone);
  world.loop.run_until_idle();
  world.loop.run_until([&] { return peer.ended(); });
}

TEST_P(Dialogues, LeaveAStoreAloneThatFailsInARow) {
  adopt(store_at(store));
  for (int i = 0; i < 5; ++i) run("hi ask\n", "!no\n");
  // Would wait for an answer, had it been asked.
  EXPECT_EQ(run_unasked(), 500);
  EXPECT_THAT(world.log_text(), HasSubstr("all endpoints are ejected"));
  EXPECT_EQ(store.count(), 5U);
  world.loop.clock.ahead += 11s;
  world.loop.turn(0);
  EXPECT_EQ(run("hi ask\n", "fine\n"), "fine\n");
}

TEST_P(Dialogues, WaitForAConnectionAtTheLimit) {
  auto backend = store_at(store);
  backend->max_connections = 1;
  adopt(backend);
  Client first(world, "GET", "/");
  first.start();
  RawPeer& peer = await("hi ask\n");
  Client second(world, "GET", "/");
  second.start();
  world.loop.turn(0);
  EXPECT_EQ(store.count(), 1U);
  peer.send("fine\n");
  await("ask\n").send("well\n");
  world.loop.run_until_idle();
  EXPECT_EQ(first.response.body, "fine\n");
  EXPECT_EQ(second.response.body, "well\n");
}

TEST_P(Dialogues, AreBoundedWhereTheBackendSaysNothing) {
  adopt(store_at(store));
  std::deque<Client> clients;
  for (std::size_t i = 0; i < limits::kMaxStoreConnections + 3; ++i) {
    clients.emplace_back(world, "GET", "/").start();
  }
  world.loop.run_until([&] { return store.count() == limits::kMaxStoreConnections; });
  for (int i = 0; i < 20; ++i) world.loop.turn(0);
  EXPECT_EQ(store.count(), limits::kMaxStoreConnections);
  for (Client& client : clients) client.exchange.cancel_for(exchange::CancelReason::kClientGone);
  world.loop.run_until_idle();
}

TEST_P(Dialogues, AsideDoNotHoldTheExchange) {
  aside = true;
  adopt(store_at(store));
  Client client(world, "GET", "/");
  client.run();
  EXPECT_EQ(client.response.body, "went on");
  await("hi ask\n").send("fine\n");
  world.loop.run_until([&] { return world.context.background.size() == 0; });
}

TEST_P(Dialogues, AsideAreDroppedWhereTooManyAreUnderWay) {
  aside = true;
  timeout = 100ms;
  adopt(store_at(store));
  for (std::size_t i = 0; i < limits::kMaxAsideDialogues + 5; ++i) {
    Client client(world, "GET", "/");
    client.run();
    EXPECT_EQ(client.response.body, "went on");
  }
  EXPECT_EQ(world.context.background.size(), limits::kMaxAsideDialogues);
  let_pass(300ms);
  world.loop.run_until([&] { return world.context.background.size() == 0; });
}

TEST_P(Dialogues, StayInTheRegionsOfTheRule) {
  regions = std::make_shared<const std::vector<std::string>>(std::vector<std::string>{"eu"});
  auto backend = store_at(store);
  backend->region = "us";
  adopt(backend);
  EXPECT_EQ(run_unasked(), 500);
  EXPECT_EQ(store.count(), 0U);
}

TEST_P(Dialogues, WithBackendsOfHttpOrNobodyFail) {
  adopt(World::backend("web", store));
  EXPECT_EQ(run_unasked(), 500);
  EXPECT_THAT(world.log_text(), HasSubstr("Backend/ns/web is no store"));
  EXPECT_EQ(store.count(), 0U);
}

}  // namespace
}  // namespace tidegate::proxy
