#include "l4/datagram_proxy.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "async/event.h"
#include "support/pollers.h"

namespace tidegate::l4 {
namespace {

using async::Task;
using testing::Loop;
using namespace std::chrono_literals;

io::Address loopback() { return *io::Address::parse("127.0.0.1", 0); }

// Answers when told; until then new flows wait.
class OneEndpoint final : public DatagramUpstream {
 public:
  OneEndpoint(async::Reactor& reactor, io::Address a) : known(reactor), address(a) {}
  Task<Result<io::Address>> choose(async::CancelScope&) override {
    if (slow) co_await known.wait();
    ++chosen;
    co_return address;
  }
  async::Event known;
  Result<io::Address> address;
  bool slow = false;
  int chosen = 0;
};

class DatagramProxies : public testing::EachPoller {
 protected:
  struct World {
    explicit World(testing::PollerKind kind, DatagramLimits limits = {})
        : loop(kind),
          server(*io::DatagramSocket::bind(loop.reactor, loopback())),
          upstream(loop.reactor, server->local_address()),
          proxy(*io::DatagramSocket::bind(loop.reactor, loopback()), upstream, batch, limits) {
      proxy.start();
      loop.group.spawn(echo(*server, server_batch));
    }
    ~World() {
      server->close();
      loop.group.spawn(proxy.stop());
      loop.run_until_idle();
    }
    static Task<void> echo(io::DatagramSocket& socket, io::DatagramBatch& b) {
      while (true) {
        const auto count = co_await socket.receive(b, nullptr);
        if (!count) break;
        for (std::size_t i = 0; i < *count; ++i) {
          const std::string reply = "echo " + std::string(b.text(i));
          socket.try_send(reply, &b.peer(i));
        }
      }
    }
    std::unique_ptr<io::DatagramSocket> client() {
      return std::move(*io::DatagramSocket::connect(loop.reactor, proxy.local_address()));
    }
    std::string ask(io::DatagramSocket& from, const std::string& text) {
      std::vector<std::string> got;
      EXPECT_TRUE(from.try_send(text, nullptr));
      int pending = 1;
      loop.group.spawn(receive(from, got, pending));
      loop.run_until([&] { return pending == 0; });
      return got.empty() ? "" : got[0];
    }
    static Task<void> receive(io::DatagramSocket& socket, std::vector<std::string>& out,
                              int& pending) {
      io::DatagramBatch own;
      const auto count = co_await socket.receive(own, nullptr);
      for (std::size_t i = 0; count && i < *count; ++i) out.emplace_back(own.text(i));
      --pending;
    }
    Loop loop;
    io::DatagramBatch batch, server_batch;
    std::unique_ptr<io::DatagramSocket> server;
    OneEndpoint upstream;
    DatagramProxy proxy;
  };
};
TIDEGATE_ON_EACH_POLLER(DatagramProxies);

TEST_P(DatagramProxies, EachClientHasItsOwnFlow) {
  World world(GetParam());
  auto one = world.client(), two = world.client();
  EXPECT_EQ(world.ask(*one, "a"), "echo a");
  EXPECT_EQ(world.ask(*two, "b"), "echo b");
  EXPECT_EQ(world.ask(*one, "c"), "echo c");
  EXPECT_EQ(world.proxy.active_flows(), 2U);
  EXPECT_EQ(world.upstream.chosen, 2);
  EXPECT_EQ(world.proxy.counts().datagrams_up, 3U);
  EXPECT_EQ(world.proxy.counts().datagrams_down, 3U);
  EXPECT_EQ(world.proxy.counts().bytes_up, 3U);
  EXPECT_EQ(world.proxy.counts().bytes_down, 18U);
}

TEST_P(DatagramProxies, IdleFlowsEnd) {
  DatagramLimits limits;
  limits.idle = 10s;
  World world(GetParam(), limits);
  auto one = world.client();
  EXPECT_EQ(world.ask(*one, "a"), "echo a");
  world.loop.clock.ahead += 6s;
  EXPECT_EQ(world.ask(*one, "b"), "echo b");
  world.loop.clock.ahead += 6s;
  world.loop.reactor.turn(0ms);
  EXPECT_EQ(world.proxy.active_flows(), 1U);
  world.loop.clock.ahead += 20s;
  world.loop.run_until([&] { return world.proxy.active_flows() == 0; });
  EXPECT_EQ(world.ask(*one, "c"), "echo c");
  EXPECT_EQ(world.proxy.counts().flows, 2U);
}

TEST_P(DatagramProxies, NumberOfFlowsIsBounded) {
  DatagramLimits limits;
  limits.max_flows = 1;
  World world(GetParam(), limits);
  auto one = world.client(), two = world.client();
  EXPECT_EQ(world.ask(*one, "a"), "echo a");
  EXPECT_TRUE(two->try_send("b", nullptr));
  world.loop.run_until([&] { return world.proxy.counts().dropped == 1; });
  EXPECT_EQ(world.proxy.active_flows(), 1U);
}

TEST_P(DatagramProxies, DatagramsWaitInBoundsWhileTheEndpointIsLookedUp) {
  DatagramLimits limits;
  limits.max_waiting = 2;
  World world(GetParam(), limits);
  world.upstream.slow = true;
  auto one = world.client();
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(one->try_send("x", nullptr));
  world.loop.run_until([&] { return world.proxy.counts().dropped == 2; });
  world.upstream.known.set();
  world.loop.run_until([&] { return world.proxy.counts().datagrams_down == 2; });
}

TEST_P(DatagramProxies, NoEndpointDropsAndForgetsTheFlow) {
  World world(GetParam());
  world.upstream.address = fail(ErrorCode::kUnavailable, Origin::kUpstream);
  auto one = world.client();
  EXPECT_TRUE(one->try_send("x", nullptr));
  world.loop.run_until([&] { return world.proxy.counts().dropped == 1; });
  EXPECT_EQ(world.proxy.active_flows(), 0U);
}

}  // namespace
}  // namespace tidegate::l4
