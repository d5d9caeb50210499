#include "proxy/series_cache.h"

#include <gtest/gtest.h>

namespace tidegate::proxy {
namespace {

struct Fixture {
  Fixture() {
    listener.id = "Gateway/ns/gw/http";
    route.id = "HTTPRoute/ns/r";
    backend.id = "Backend/ns/a";
  }
  // Requests counted for a listener and a route with status 200.
  std::uint64_t requests(std::string_view listener_id, std::string_view route_id) const {
    const std::string_view labels[] = {listener_id, route_id};
    return registry.read("tidegate_requests_total", labels, telemetry::status_variant(200));
  }
  void count(const config::Listener* l, const config::HttpRoute* r) {
    shard.add(cache.route(l, r).requests.variant(telemetry::status_variant(200)));
  }

  telemetry::Registry registry;
  telemetry::ExchangeMetrics metrics{registry};
  telemetry::MetricShard& shard = registry.make_shard();
  SeriesCache cache{metrics};
  config::Listener listener;
  config::HttpRoute route;
  config::Backend backend;
};

TEST(SeriesCache, GivesTheSameSeriesForTheSameObjects) {
  Fixture f;
  const auto* first = &f.cache.route(&f.listener, &f.route);
  EXPECT_EQ(first, &f.cache.route(&f.listener, &f.route));
  EXPECT_NE(first, &f.cache.route(&f.listener, nullptr));
  EXPECT_EQ(&f.cache.backend(f.backend), &f.cache.backend(f.backend));
}

TEST(SeriesCache, CountsRequestsThatNobodyTook) {
  Fixture f;
  f.count(nullptr, nullptr);
  f.count(&f.listener, nullptr);
  EXPECT_EQ(f.requests("", ""), 1U);
  EXPECT_EQ(f.requests("Gateway/ns/gw/http", ""), 1U);
  EXPECT_EQ(f.requests("Gateway/ns/gw/http", "HTTPRoute/ns/r"), 0U);
}

TEST(SeriesCache, GoesOnCountingUnderTheSameNameAfterAReload) {
  Fixture f;
  f.count(&f.listener, &f.route);
  f.cache.clear();
  const config::Listener next_listener = f.listener;
  const config::HttpRoute next_route = f.route;
  f.count(&next_listener, &next_route);
  EXPECT_EQ(f.requests("Gateway/ns/gw/http", "HTTPRoute/ns/r"), 2U);
}

}  // namespace
}  // namespace tidegate::proxy
