// Upgraded connections: after a 101 bytes go both ways untouched (proxy/pump.h).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "async/event.h"
#include "proxy/proxy_fixture.h"

namespace tidegate::proxy {
namespace {

using ::testing::HasSubstr;

class Tunnels : public testing::EachPoller {};
TIDEGATE_ON_EACH_POLLER(Tunnels);

// The client's bytes after the upgrade, as the test says them.
class SaidBytes final : public stream::BodySource {
 public:
  explicit SaidBytes(async::Reactor& reactor) : changed_(reactor) {}
  void say(std::string text) {
    waiting_ += text;
    changed_.set();
  }
  void end() {
    ended_ = true;
    changed_.set();
  }
  async::Task<Result<stream::Piece>> next() override {
    while (waiting_.empty() && !ended_) {
      if (cancelled) co_return fail(ErrorCode::kCancelled, Origin::kDownstream);
      [[maybe_unused]] const async::Outcome outcome = co_await changed_.wait();
    }
    given_ = std::exchange(waiting_, std::string());
    co_return stream::Piece(given_, ended_ ? stream::End::kYes : stream::End::kNo);
  }
  bool ready() const override { return !waiting_.empty() || ended_; }
  void cancel() override {
    cancelled = true;
    changed_.cancel();
  }
  bool cancelled = false;

 private:
  async::Event changed_;
  std::string waiting_;
  std::string given_;
  bool ended_ = false;
};

struct TunnelWorld : World {
  explicit TunnelWorld(testing::PollerKind kind) : World(kind), bytes(loop.reactor) {
    adopt({rule_to(World::backend("a", upstream))});
    client.add("connection", "upgrade").add("upgrade", "echo");
    client.exchange.request.upgrade = "echo";
    client.response.upgrade_body = &bytes;
  }
  void open() {
    client.start();
    await_request(upstream);
    EXPECT_THAT(server().received(), HasSubstr("Upgrade: echo\r\n"));
    server().forget();
    server().send(
        "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\n"
        "early");
    loop.run_until([&] { return client.response.body == "early"; });
    EXPECT_EQ(client.response.status, 101);
  }
  testing::RawPeer& server() { return upstream.peer(0); }

  RawListener upstream;
  SaidBytes bytes;
  Client client{*this, "GET", "/chat"};
};

TEST_P(Tunnels, CarryBytesBothWaysUntilBothSidesHaveEnded) {
  TunnelWorld world(GetParam());
  world.open();
  world.bytes.say("up");
  world.loop.run_until([&] { return world.server().received() == "up"; });
  world.server().send(" down");
  world.loop.run_until([&] { return world.client.response.body == "early down"; });
  world.server().shutdown_write();
  world.loop.run_until([&] { return world.client.response.ended; });
  world.bytes.say(" more");  // the client may go on after the server's end
  world.loop.run_until([&] { return world.server().received() == "up more"; });
  world.bytes.end();
  world.loop.run_until_idle();
  EXPECT_TRUE(world.server().ended());
}

TEST_P(Tunnels, PassTheClientsEndOnAndTheAnswerThrough) {
  TunnelWorld world(GetParam());
  world.open();
  world.bytes.say("last");
  world.bytes.end();
  world.loop.run_until([&] { return world.server().ended(); });
  EXPECT_EQ(world.server().received(), "last");
  world.server().send(" answer");
  world.server().close();
  world.loop.run_until_idle();
  EXPECT_EQ(world.client.response.body, "early answer");
  EXPECT_TRUE(world.client.response.ended);
  EXPECT_THAT(world.log_text(), HasSubstr(R"("status":101)"));
}

TEST_P(Tunnels, EndBothSidesWhenTheExchangeIsCancelled) {
  TunnelWorld world(GetParam());
  world.open();
  world.client.exchange.cancel_for(exchange::CancelReason::kClientGone);
  world.loop.run_until_idle();
  EXPECT_TRUE(world.server().ended());
  EXPECT_TRUE(world.client.response.aborted);
}

TEST_P(Tunnels, FailWithTheServer) {
  TunnelWorld world(GetParam());
  world.open();
  world.server().reset();
  world.loop.run_until_idle();
  EXPECT_TRUE(world.client.response.aborted);
}

TEST_P(Tunnels, ThatWereNotAskedForAreABrokenAnswer) {
  World world(GetParam());
  RawListener upstream;
  world.adopt({rule_to(World::backend("a", upstream))});
  Client client(world, "GET", "/");
  client.start();
  world.await_request(upstream);
  upstream.peer(0).send("HTTP/1.1 101 Switching Protocols\r\nupgrade: other\r\n\r\n");
  world.loop.run_until_idle();
  EXPECT_EQ(client.response.status, 502);
}

TEST_P(Tunnels, RefusedByTheServerAreAnOrdinaryAnswer) {
  TunnelWorld world(GetParam());
  world.client.start();
  world.await_request(world.upstream);
  world.server().send("HTTP/1.1 403 No\r\ncontent-length: 2\r\n\r\nno");
  world.loop.run_until_idle();
  EXPECT_EQ(world.client.response.status, 403);
  EXPECT_EQ(world.client.response.body, "no");
}

}  // namespace
}  // namespace tidegate::proxy
