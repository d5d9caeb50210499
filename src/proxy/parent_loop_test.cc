#include "proxy/parent_loop.h"

#include <gtest/gtest.h>

#include "proxy/proxy_fixture.h"

namespace tidegate::proxy {
namespace {

class ParentLoops : public testing::EachPoller {};
TIDEGATE_ON_EACH_POLLER(ParentLoops);

constexpr char kOk[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

struct Fixture {
  explicit Fixture(testing::PollerKind kind) : world(kind) {
    world.context.gateway_id = "tidegate-1";
  }
  void serve(bool parent) {
    auto backend = World::backend("up", upstream);
    backend->parent = parent;
    world.adopt({rule_to(backend)});
  }
  std::string exchange(Client& client) {
    client.start();
    world.await_request(upstream);
    const std::string request(upstream.peer(0).received());
    upstream.peer(0).send(kOk);
    world.loop.run_until_idle();
    return request;
  }
  World world;
  RawListener upstream;
};

TEST_P(ParentLoops, ParentsGetTheIdAndTheCount) {
  Fixture f(GetParam());
  f.serve(true);
  Client client(f.world, "GET", "/");
  const std::string request = f.exchange(client);
  EXPECT_NE(request.find("cdn-loop: tidegate-1\r\n"), request.npos) << request;
  EXPECT_NE(request.find("x-tidegate-hops: 1\r\n"), request.npos) << request;
  EXPECT_EQ(client.response.status, 200);
}

TEST_P(ParentLoops, WhatOthersSaidStays) {
  Fixture f(GetParam());
  f.serve(true);
  Client client(f.world, "GET", "/");
  client.add("CDN-Loop", "cdn.example; v=1").add("cdn-loop", "tidegate-2");
  client.add("x-tidegate-hops", "3");
  const std::string request = f.exchange(client);
  EXPECT_NE(request.find(": cdn.example; v=1, tidegate-2, tidegate-1\r\n"), request.npos)
      << request;
  EXPECT_NE(request.find("x-tidegate-hops: 4\r\n"), request.npos) << request;
}

TEST_P(ParentLoops, OtherBackendsDoNotLearnTheCount) {
  Fixture f(GetParam());
  f.serve(false);
  Client client(f.world, "GET", "/");
  client.add("x-tidegate-hops", "1");
  const std::string request = f.exchange(client);
  EXPECT_EQ(request.find("x-tidegate-hops"), request.npos) << request;
  EXPECT_EQ(request.find("cdn-loop"), request.npos) << request;
}

TEST_P(ParentLoops, ARequestThatWasHereBeforeIsRefused) {
  Fixture f(GetParam());
  f.serve(true);
  Client client(f.world, "GET", "/");
  client.add("CDN-Loop", "other.example,tidegate-1 ;x=y");
  client.run();
  EXPECT_EQ(client.response.status, 508);
  Client similar(f.world, "GET", "/");
  similar.add("CDN-Loop", "tidegate-10, x-tidegate-1");
  EXPECT_NE(f.exchange(similar), "");
  EXPECT_EQ(similar.response.status, 200);
}

TEST_P(ParentLoops, ARequestThatPassedTooManyGatewaysIsRefused) {
  Fixture f(GetParam());
  f.serve(true);
  for (const char* hops : {"8", "99999999999999999999"}) {
    Client client(f.world, "GET", "/");
    client.add("x-tidegate-hops", hops);
    client.run();
    EXPECT_EQ(client.response.status, 508) << hops;
  }
}

TEST_P(ParentLoops, OnlyTheFirstGatewayTriesAgain) {
  Fixture f(GetParam());
  auto rule = rule_to(World::backend("up", f.upstream));
  rule.retry.emplace();
  rule.retry->attempts = 2;
  rule.retry->codes = {503};
  f.world.adopt({rule});
  Client client(f.world, "GET", "/");
  client.add("x-tidegate-hops", "1").add("cdn-loop", "tidegate-2");
  client.start();
  f.world.await_request(f.upstream);
  f.upstream.peer(0).send("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n");
  f.world.loop.run_until_idle();
  EXPECT_EQ(client.response.status, 503);
}

}  // namespace
}  // namespace tidegate::proxy
