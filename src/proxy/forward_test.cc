#include "proxy/forward.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proxy/proxy_fixture.h"

namespace tidegate::proxy {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;

class Forwarding : public testing::EachPoller {};
TIDEGATE_ON_EACH_POLLER(Forwarding);

constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
constexpr std::string_view kBusy = "HTTP/1.1 503 Busy\r\ncontent-length: 4\r\n\r\nbusy";

// A backend of two endpoints.
std::shared_ptr<config::Backend> backend_of(const RawListener& a, const RawListener& b) {
  auto made = World::backend("pair", a);
  std::get<std::vector<config::Endpoint>>(made->destination).push_back({"127.0.0.1", b.port()});
  return made;
}

config::HttpRule with_retry(config::HttpRule rule, std::uint32_t attempts,
                            std::vector<std::uint16_t> codes = {}) {
  rule.retry.emplace();
  rule.retry->attempts = attempts;
  rule.retry->codes = std::move(codes);
  return rule;
}

TEST_P(Forwarding, ChoosesBackendsByWeight) {
  World world(GetParam());
  RawListener often, seldom, never;
  config::HttpRule rule = rule_to(World::backend("often", often));
  rule.backends = {choice(World::backend("often", often), 3),
                   choice(World::backend("seldom", seldom), 1),
                   choice(World::backend("never", never), 0)};
  world.adopt({rule});
  int counts[2] = {0, 0};
  RawListener* upstreams[] = {&often, &seldom};
  for (int i = 0; i < 400; ++i) {
    Client client(world, "GET", "/");
    client.start();
    world.loop.run_until([&] {
      for (std::size_t u = 0; u < 2; ++u) {
        if (!upstreams[u]->accepted(1)) continue;
        auto& peer = upstreams[u]->peer(0);
        if (!peer.received().ends_with("\r\n\r\n")) continue;
        ++counts[u];
        peer.forget();
        peer.send(kOk);
        return true;
      }
      return false;
    });
    world.loop.run_until_idle();
    ASSERT_EQ(client.response.status, 200);
  }
  EXPECT_NEAR(counts[0], 300, 40);
  EXPECT_NEAR(counts[1], 100, 40);
  EXPECT_EQ(never.count(), 0U);
}

TEST_P(Forwarding, PassesOverBackendsOutsideTheRegionsOfTheRule) {
  World world(GetParam());
  RawListener eu, us, nowhere;
  const auto at = [](const char* region, const RawListener& listener) {
    auto made = World::backend(region, listener);
    made->region = region;
    return made;
  };
  config::HttpRule rule = rule_to(at("eu", eu));
  rule.backends = {choice(at("us", us), 50), choice(World::backend("nowhere", nowhere), 50),
                   choice(at("eu", eu), 1)};
  rule.regions = std::make_shared<const std::vector<std::string>>(1, "eu");
  world.adopt({rule});
  for (int i = 0; i < 5; ++i) {
    Client client(world, "GET", "/");
    client.start();
    world.await_request(eu);
    eu.peer(0).forget();
    eu.peer(0).send(kOk);
    world.loop.run_until_idle();
    EXPECT_EQ(client.response.status, 200);
  }
  EXPECT_EQ(us.count() + nowhere.count(), 0U);
  EXPECT_THAT(world.log_text(), HasSubstr(R"("region":"eu")"));
  EXPECT_THAT(world.log_text(), HasSubstr(R"("regions":"eu")"));

  rule.regions = std::make_shared<const std::vector<std::string>>();
  world.adopt({rule});
  Client refused(world, "GET", "/");
  refused.run();
  EXPECT_EQ(refused.response.status, 403);
}

TEST_P(Forwarding, GivesAnUnresolvedReferenceItsShare) {
  World world(GetParam());
  config::HttpRule rule = rule_to(nullptr);
  rule.backends.front().error_status = 500;
  world.adopt({with_retry(rule, 3)});
  Client client(world, "GET", "/");
  client.run();
  EXPECT_EQ(client.response.status, 500);
}

TEST_P(Forwarding, TriesAgainAfterAStatusThatTheRuleNames) {
  World world(GetParam());
  RawListener upstream;
  world.adopt({with_retry(rule_to(World::backend("a", upstream)), 2, {503})});
  Client client(world, "POST", "/", "the body");
  client.start();
  world.await_request(upstream, 0, "the body");
  upstream.peer(0).forget();
  upstream.peer(0).send(kBusy);
  world.loop.run_until([&] {
    for (std::size_t i = 0; i < upstream.count(); ++i) {
      if (!upstream.peer(i).received().ends_with("the body")) continue;
      upstream.peer(i).send(kOk);
      return true;
    }
    return false;
  });
  world.loop.run_until_idle();
  EXPECT_EQ(client.response.status, 200);
  EXPECT_EQ(client.response.body, "ok");
  EXPECT_THAT(world.log_text(), HasSubstr("\"attempts\":2"));
}

TEST_P(Forwarding, PassesTheLastAnswerWhenTriesAreUsedUp) {
  World world(GetParam());
  RawListener upstream;
  world.adopt({with_retry(rule_to(World::backend("a", upstream)), 1, {503})});
  Client client(world, "GET", "/");
  client.start();
  std::size_t answered = 0;
  world.loop.run_until([&] {
    for (std::size_t i = 0; i < upstream.count(); ++i) {
      auto& peer = upstream.peer(i);
      if (!peer.received().ends_with("\r\n\r\n")) continue;
      peer.forget();
      peer.send(kBusy);
      ++answered;
    }
    return client.response.ended;
  });
  world.loop.run_until_idle();
  EXPECT_EQ(answered, 2U);
  EXPECT_EQ(client.response.status, 503);
  EXPECT_EQ(client.response.body, "busy");
}

TEST_P(Forwarding, PassesAStatusThatTheRuleDoesNotName) {
  World world(GetParam());
  RawListener upstream;
  world.adopt({with_retry(rule_to(World::backend("a", upstream)), 3, {500})});
  Client client(world, "GET", "/");
  client.start();
  world.await_request(upstream);
  upstream.peer(0).send(kBusy);
  world.loop.run_until_idle();
  EXPECT_EQ(client.response.status, 503);
  EXPECT_THAT(world.log_text(), HasSubstr("\"attempts\":1"));
}

TEST_P(Forwarding, TriesAnotherEndpointWhenOneRefuses) {
  World world(GetParam());
  RawListener up, down;
  world.adopt({with_retry(rule_to(backend_of(up, down)), 1)});
  down.close();
  // Whichever comes first, the one that listens answers.
  for (int i = 0; i < 8; ++i) {
    Client client(world, "GET", "/");
    client.start();
    world.loop.run_until([&] {
      for (std::size_t p = 0; p < up.count(); ++p) {
        if (!up.peer(p).received().ends_with("\r\n\r\n")) continue;
        up.peer(p).forget();
        up.peer(p).send(kOk);
        return true;
      }
      return false;
    });
    world.loop.run_until_idle();
    EXPECT_EQ(client.response.status, 200);
  }
}

TEST_P(Forwarding, RefusedConnectionsWithoutARetryAreABadGateway) {
  World world(GetParam());
  RawListener upstream;
  world.adopt({rule_to(World::backend("a", upstream))});
  upstream.close();
  Client client(world, "GET", "/");
  client.run();
  EXPECT_EQ(client.response.status, 502);
  EXPECT_THAT(world.log_text(), HasSubstr("\"attempts\":1"));
}

TEST_P(Forwarding, TriesAgainWhenTheConnectionBreaksBeforeTheAnswer) {
  World world(GetParam());
  RawListener upstream;
  world.adopt({with_retry(rule_to(World::backend("a", upstream)), 1)});
  Client client(world, "GET", "/");
  client.start();
  world.await_request(upstream);
  upstream.peer(0).close();
  world.await_request(upstream, 1);
  upstream.peer(1).send(kOk);
  world.loop.run_until_idle();
  EXPECT_EQ(client.response.status, 200);
}

TEST_P(Forwarding, NeverTriesAgainOnceTheClientHasBytes) {
  World world(GetParam());
  RawListener upstream;
  world.adopt({with_retry(rule_to(World::backend("a", upstream)), 5, {500, 503})});
  Client client(world, "GET", "/");
  client.start();
  world.await_request(upstream);
  upstream.peer(0).send("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\npart");
  world.loop.run_until([&] { return client.response.body == "part"; });
  upstream.peer(0).close();
  world.loop.run_until_idle();
  EXPECT_TRUE(client.response.aborted);
  EXPECT_EQ(upstream.count(), 1U);
}

TEST_P(Forwarding, WaitsTheBackoffBetweenTries) {
  World world(GetParam());
  RawListener upstream;
  config::HttpRule rule = with_retry(rule_to(World::backend("a", upstream)), 1);
  rule.retry->backoff = 1h;
  world.adopt({rule});
  Client client(world, "GET", "/");
  client.start();
  world.await_request(upstream);
  upstream.peer(0).close();
  for (int i = 0; i < 20; ++i) world.loop.reactor.turn(1ms);
  EXPECT_EQ(upstream.count(), 1U);
  world.loop.clock.ahead += 61min;
  world.await_request(upstream, 1);
  upstream.peer(1).send(kOk);
  world.loop.run_until_idle();
  EXPECT_EQ(client.response.status, 200);
}

TEST_P(Forwarding, EndsTheBackoffWhenTheClientGoes) {
  World world(GetParam());
  RawListener upstream;
  config::HttpRule rule = with_retry(rule_to(World::backend("a", upstream)), 1);
  rule.retry->backoff = 1h;
  world.adopt({rule});
  Client client(world, "GET", "/");
  client.start();
  world.await_request(upstream);
  upstream.peer(0).close();
  for (int i = 0; i < 20; ++i) world.loop.reactor.turn(1ms);
  client.exchange.cancel_for(exchange::CancelReason::kClientGone);
  world.loop.run_until_idle();
  EXPECT_EQ(upstream.count(), 1U);
  EXPECT_TRUE(client.response.aborted);
}

TEST_P(Forwarding, TriesOnceMoreOnAFreshConnectionWhenAPooledOneWasClosed) {
  World world(GetParam());
  RawListener upstream;
  world.adopt({rule_to(World::backend("a", upstream))});
  Client first(world, "GET", "/first");
  first.start();
  world.await_request(upstream);
  upstream.peer(0).send(kOk);
  world.loop.run_until_idle();

  upstream.peer(0).forget();
  Client second(world, "PUT", "/second", "body");
  second.start();
  world.await_request(upstream, 0, "body");
  upstream.peer(0).close();  // as the request was on its way
  world.await_request(upstream, 1, "body");
  upstream.peer(1).send(kOk);
  world.loop.run_until_idle();
  EXPECT_EQ(second.response.status, 200);
}

// Doing it twice could do harm, and the server has acknowledged it (docs/adr/0009).
TEST_P(Forwarding, DoesNotTryAgainWhatAPooledConnectionMayHaveDone) {
  World world(GetParam());
  RawListener upstream;
  world.adopt({rule_to(World::backend("a", upstream))});
  Client first(world, "GET", "/first");
  first.start();
  world.await_request(upstream);
  upstream.peer(0).send(kOk);
  world.loop.run_until_idle();

  upstream.peer(0).forget();
  Client second(world, "POST", "/second", "body");
  second.start();
  world.await_request(upstream, 0, "body");
  upstream.peer(0).close();
  world.loop.run_until_idle();
  EXPECT_EQ(second.response.status, 502);
  EXPECT_EQ(upstream.count(), 1U);
}

TEST_P(Forwarding, DoesNotTryAgainWhenAFreshConnectionWasClosed) {
  World world(GetParam());
  RawListener upstream;
  world.adopt({rule_to(World::backend("a", upstream))});
  Client client(world, "GET", "/");
  client.start();
  world.await_request(upstream);
  upstream.peer(0).close();
  world.loop.run_until_idle();
  EXPECT_EQ(client.response.status, 502);
  EXPECT_EQ(upstream.count(), 1U);
}

TEST_P(Forwarding, BackendTimeoutIsAGatewayTimeout) {
  World world(GetParam());
  RawListener upstream;
  config::HttpRule rule = rule_to(World::backend("a", upstream));
  rule.backend_timeout = 1h;
  world.adopt({rule});
  Client client(world, "GET", "/");
  client.start();
  world.await_request(upstream);
  world.loop.clock.ahead += 61min;
  world.loop.run_until_idle();
  EXPECT_EQ(client.response.status, 504);
  EXPECT_TRUE(upstream.peer(0).ended());
  EXPECT_THAT(world.log_text(), HasSubstr("\"termination\":\"timeout\""));
}

TEST_P(Forwarding, BackendTimeoutIsForEachTry) {
  World world(GetParam());
  RawListener upstream;
  config::HttpRule rule = with_retry(rule_to(World::backend("a", upstream)), 1);
  rule.backend_timeout = 1h;
  world.adopt({rule});
  Client client(world, "GET", "/");
  client.start();
  world.await_request(upstream);
  world.loop.clock.ahead += 61min;
  world.await_request(upstream, 1);
  upstream.peer(1).send(kOk);
  world.loop.run_until_idle();
  EXPECT_EQ(client.response.status, 200);
}

// The try is over only when the whole response has come (Gateway API, HTTPRouteTimeouts).
TEST_P(Forwarding, BackendTimeoutWithinTheAnswerIsATimeoutToo) {
  World world(GetParam());
  RawListener upstream;
  config::HttpRule rule = rule_to(World::backend("a", upstream));
  rule.backend_timeout = 1h;
  world.adopt({rule});
  Client client(world, "GET", "/");
  client.start();
  world.await_request(upstream);
  upstream.peer(0).send("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\npart");
  world.loop.run_until([&] { return client.response.body == "part"; });
  world.loop.clock.ahead += 61min;
  world.loop.run_until_idle();
  EXPECT_TRUE(client.response.aborted);
  EXPECT_THAT(world.log_text(), HasSubstr("\"termination\":\"timeout\""));
}

TEST_P(Forwarding, RequestTimeoutCoversAllTries) {
  World world(GetParam());
  RawListener upstream;
  config::HttpRule rule = with_retry(rule_to(World::backend("a", upstream)), 5, {503});
  rule.request_timeout = 1h;
  rule.retry->backoff = 40min;
  world.adopt({rule});
  Client client(world, "GET", "/");
  client.start();
  world.await_request(upstream);
  upstream.peer(0).send(kBusy);
  for (int i = 0; i < 20; ++i) world.loop.reactor.turn(1ms);
  world.loop.clock.ahead += 61min;
  world.loop.run_until_idle();
  EXPECT_EQ(client.response.status, 504);
  EXPECT_THAT(world.log_text(), HasSubstr("\"termination\":\"timeout\""));
}

TEST_P(Forwarding, TimeoutsThatAreNotReachedDelayNothing) {
  World world(GetParam());
  RawListener upstream;
  config::HttpRule rule = rule_to(World::backend("a", upstream));
  rule.request_timeout = 1h;
  rule.backend_timeout = 1h;
  world.adopt({rule});
  Client client(world, "GET", "/");
  client.start();
  world.await_request(upstream);
  upstream.peer(0).send(kOk);
  world.loop.run_until_idle();
  EXPECT_EQ(client.response.status, 200);
}

TEST_P(Forwarding, PassesAnAnswerThatCameBeforeTheBodyWasSent) {
  World world(GetParam());
  RawListener upstream;
  world.adopt({rule_to(World::backend("a", upstream))});
  // More than any socket buffer takes: the upstream answers and reads no further.
  Client client(world, "POST", "/", std::string(16U << 20U, 'x'));
  client.start();
  world.loop.run_until([&] { return upstream.accepted(1); });
  upstream.peer(0).send("HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\n\r\n");
  world.loop.run_until_idle();
  EXPECT_EQ(client.response.status, 413);
}

}  // namespace
}  // namespace tidegate::proxy
