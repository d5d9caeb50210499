#include "l4/endpoints.h"

#include <gtest/gtest.h>

#include <map>

#include "io/acceptor.h"
#include "support/pollers.h"

namespace tidegate::l4 {
namespace {

using async::Task;
using testing::Loop;

std::shared_ptr<const config::Backend> backend(std::vector<config::Endpoint> endpoints) {
  config::Backend made;
  made.destination = std::move(endpoints);
  return std::make_shared<config::Backend>(std::move(made));
}

TEST(ChooseWeighted, FollowsWeightsAndSkipsZero) {
  std::vector<config::WeightedBackend> backends(3);
  backends[0].weight = 1;
  backends[1].weight = 0;
  backends[2].weight = 3;
  Random random(7);
  std::map<const config::WeightedBackend*, int> seen;
  for (int i = 0; i < 4000; ++i) ++seen[choose_weighted(backends, random.next())];
  EXPECT_EQ(seen.count(&backends[1]), 0U);
  EXPECT_NEAR(seen[&backends[0]], 1000, 150);
  EXPECT_NEAR(seen[&backends[2]], 3000, 150);
  for (auto& choice : backends) choice.weight = 0;
  EXPECT_EQ(choose_weighted(backends, random.next()), nullptr);
}

class Endpoints : public testing::EachPoller {
 protected:
  struct World {
    explicit World(testing::PollerKind kind)
        : loop(kind), resolver(std::move(*io::Resolver::make(loop.reactor, {}))) {}
    RouteEndpoints make(std::vector<std::shared_ptr<const config::Backend>> backends) {
      auto route = std::make_shared<config::L4Route>();
      route->id = "TCPRoute/ns/name";
      for (auto& each : backends) {
        route->backends.emplace_back();
        route->backends.back().backend = each;
      }
      return RouteEndpoints(loop.reactor, *resolver, random, std::move(route));
    }
    Result<std::unique_ptr<io::Socket>> connect(RouteEndpoints& endpoints) {
      Result<std::unique_ptr<io::Socket>> out = nullptr;
      loop.group.spawn(connect_into(endpoints, scope, out));
      loop.run_until_idle();
      return out;
    }
    static Task<void> connect_into(RouteEndpoints& endpoints, async::CancelScope& s,
                                   Result<std::unique_ptr<io::Socket>>& out) {
      out = co_await endpoints.connect(s);
    }
    Loop loop;
    async::CancelScope scope;
    Random random{1};
    std::unique_ptr<io::Resolver> resolver;
  };
};
TIDEGATE_ON_EACH_POLLER(Endpoints);

TEST_P(Endpoints, RefusedEndpointIsFollowedByTheNext) {
  World world(GetParam());
  auto live = io::Acceptor::listen(world.loop.reactor, *io::Address::parse("127.0.0.1", 0));
  auto dead = io::Acceptor::listen(world.loop.reactor, *io::Address::parse("127.0.0.1", 0));
  const auto live_port = (*live)->local_address().port();
  const auto dead_port = (*dead)->local_address().port();
  dead->reset();
  auto endpoints = world.make({backend({{"127.0.0.1", dead_port}, {"127.0.0.1", live_port}})});
  for (int i = 0; i < 4; ++i) {
    const auto socket = world.connect(endpoints);
    ASSERT_TRUE(socket) << socket.error().detail;
    EXPECT_EQ((*socket)->peer_address().port(), live_port);
  }
}

TEST_P(Endpoints, EndpointsTakeTurns) {
  World world(GetParam());
  auto one = io::Acceptor::listen(world.loop.reactor, *io::Address::parse("127.0.0.1", 0));
  auto two = io::Acceptor::listen(world.loop.reactor, *io::Address::parse("127.0.0.1", 0));
  auto endpoints = world.make({backend({{"127.0.0.1", (*one)->local_address().port()},
                                        {"127.0.0.1", (*two)->local_address().port()}})});
  std::map<std::uint16_t, int> seen;
  for (int i = 0; i < 6; ++i) ++seen[(*world.connect(endpoints))->peer_address().port()];
  EXPECT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[(*one)->local_address().port()], 3);
}

TEST_P(Endpoints, NothingToConnectToIsUnavailable) {
  World world(GetParam());
  auto unresolved = world.make({nullptr});
  auto empty = world.make({backend({})});
  EXPECT_EQ(world.connect(unresolved).error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(world.connect(empty).error().code, ErrorCode::kUnavailable);
}

TEST_P(Endpoints, NamesAreResolved) {
  World world(GetParam());
  auto live = io::Acceptor::listen(world.loop.reactor, *io::Address::parse("127.0.0.1", 0));
  config::Backend made;
  made.destination = config::Fqdn{"localhost", (*live)->local_address().port()};
  auto endpoints = world.make({std::make_shared<config::Backend>(std::move(made))});
  // [::1] is refused or unreachable: 127.0.0.1 takes over.
  EXPECT_TRUE(world.connect(endpoints));
  EXPECT_TRUE(world.connect(endpoints));
}

TEST_P(Endpoints, BackendsThatWantTlsAreNotServedInTheClear) {
  World world(GetParam());
  config::Backend made;
  made.destination = std::vector<config::Endpoint>{{"127.0.0.1", 9}};
  made.tls = std::make_shared<config::UpstreamTls>();
  auto endpoints = world.make({std::make_shared<config::Backend>(std::move(made))});
  EXPECT_EQ(world.connect(endpoints).error().code, ErrorCode::kUnsupported);
}

}  // namespace
}  // namespace tidegate::l4
