// What a compile keeps from the last one, and that keeping changes nothing.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "gatewayapi/fixture/cluster.h"
#include "gatewayapi/status_format.h"

namespace tidegate::gatewayapi {
namespace {

using namespace fixture;

constexpr int kRoutes = 20;

resource::HttpRoute numbered_route(int i, std::string path) {
  return http_route(fmt::format("apps/route-{:02}", i), {parent("infra/gw")},
                    {rule(std::move(path), {to(service_ref(fmt::format("service-{}", i % 5)))})},
                    {fmt::format("host-{}.example.com", i)});
}

Cluster make_cluster() {
  Cluster cluster;
  cluster.add(gateway("infra/gw", {open_listener("http", "HTTP", 80)}));
  for (int i = 0; i < 5; ++i) cluster.add_service(fmt::format("apps/service-{}", i));
  for (int i = 0; i < kRoutes; ++i) cluster.add(numbered_route(i, "/v1"));
  return cluster;
}

using Routes = std::vector<std::shared_ptr<const config::HttpRoute>>;

Routes routes_of(const Compilation& result) {
  return find_config(result, "Gateway/infra/gw/http")->http_routes;
}

// Positions at which two lists of routes hold different objects.
std::vector<std::size_t> changed(const Routes& before, const Routes& after) {
  std::vector<std::size_t> positions;
  for (std::size_t i = 0; i < before.size() && i < after.size(); ++i) {
    if (before[i] != after[i]) positions.push_back(i);
  }
  return positions;
}

TEST(Incremental, NothingChangedKeepsEveryObject) {
  auto cluster = make_cluster();
  const Compilation before = cluster.compile();

  const Compilation& after = cluster.compile();

  EXPECT_TRUE(changed(routes_of(before), routes_of(after)).empty());
  EXPECT_EQ(before.document->backends, after.document->backends);
  EXPECT_EQ(before.statuses.routes, after.statuses.routes);
}

TEST(Incremental, AChangedRouteIsTheOnlyNewObject) {
  auto cluster = make_cluster();
  const Compilation before = cluster.compile();
  cluster.add(at_generation(numbered_route(7, "/v2"), 2));

  const Compilation& after = cluster.compile();

  EXPECT_EQ(changed(routes_of(before), routes_of(after)), std::vector<std::size_t>{7});
  EXPECT_EQ(routes_of(after)[7]->rules->at(0).matches[0].path.value, "/v2");
  EXPECT_EQ(before.document->backends, after.document->backends);
  for (std::size_t i = 0; i < kRoutes; ++i) {
    EXPECT_EQ(before.statuses.routes[i] == after.statuses.routes[i], i != 7) << i;
  }
  EXPECT_EQ(route_conditions(after, "apps/route-07"),
            "Accepted=True/Accepted@2 ResolvedRefs=True/ResolvedRefs@2");
}

TEST(Incremental, RoutesComeAndGo) {
  auto cluster = make_cluster();
  const Routes before = routes_of(cluster.compile());
  cluster.set.http_routes.erase(cluster.set.http_routes.begin() + 3);
  cluster.add(aged(numbered_route(99, "/new"), 1));

  const Compilation& result = cluster.compile();

  const Routes after = routes_of(result);
  ASSERT_EQ(after.size(), before.size());
  EXPECT_EQ(after[0]->id, "HTTPRoute/apps/route-99") << "the oldest comes first";
  EXPECT_EQ(after[1], before[0]);
  EXPECT_EQ(after[4], before[4]);
  EXPECT_EQ(find_route(result, "apps/route-03"), nullptr);
  EXPECT_EQ(find_listener(result, "infra/gw", "http")->attached_routes, kRoutes);
}

TEST(Incremental, AnotherOrderOfInputIsNoChange) {
  auto cluster = make_cluster();
  const Routes before = routes_of(cluster.compile());
  std::ranges::reverse(cluster.set.http_routes);

  EXPECT_EQ(before, routes_of(cluster.compile()));
}

TEST(Incremental, ANewEndpointTouchesOnlyItsRoutes) {
  auto cluster = make_cluster();
  const Routes before = routes_of(cluster.compile());
  cluster.add(slice("apps/service-3", {"10.0.0.9"}, 3000));

  const Routes after = routes_of(cluster.compile());

  EXPECT_EQ(changed(before, after), (std::vector<std::size_t>{3, 8, 13, 18}));
}

TEST(Incremental, ASliceThatSaysTheSameTouchesNothing) {
  auto cluster = make_cluster();
  const Routes before = routes_of(cluster.compile());
  cluster.add(slice("apps/service-3", {"10.0.0.1"}, 3000));

  EXPECT_EQ(before, routes_of(cluster.compile()));
}

TEST(Incremental, AnOldCompilationStaysAsItWas) {
  auto cluster = make_cluster();
  const Compilation before = cluster.compile();
  const std::string text = format_json(before);
  cluster.add(slice("apps/service-3", {"10.0.0.9"}, 3000));
  cluster.add(numbered_route(7, "/v2"));
  cluster.set.services.erase(cluster.set.services.begin());
  cluster.compile();

  EXPECT_EQ(format_json(before), text);
  EXPECT_EQ(routes_of(before)[7]->rules->at(0).matches[0].path.value, "/v1");
}

// ---- every kind of change gives what a compile afresh gives

std::string describe_document(const config::Document& document) {
  std::string text;
  for (const auto& listener : document.listeners) {
    text += fmt::format("{} {}:{} {}\n", listener.id, listener.address, listener.port,
                        listener.hostname);
    for (const auto& route : listener.http_routes) {
      text += fmt::format("  {} {}\n", route->id, fmt::join(route->hostnames, ","));
      for (const auto& one : *route->rules) {
        text += fmt::format("    {} -> {}\n", one.matches.at(0).path.value,
                            fmt::join(backends_of(one), ","));
      }
    }
    for (const auto& route : listener.l4_routes) text += fmt::format("  {}\n", route->id);
  }
  for (const auto& backend : document.backends) {
    const auto* endpoints = std::get_if<std::vector<config::Endpoint>>(&backend->destination);
    text += fmt::format("{} {} {}\n", backend->id, endpoints ? endpoints->size() : 0,
                        backend->tls != nullptr);
  }
  return text;
}

TEST(Incremental, EveryChangeGivesWhatACompileAfreshGives) {
  using Change = std::function<void(Cluster&)>;
  const std::vector<std::pair<const char*, Change>> changes = {
      {"route changed", [](Cluster& c) { c.add(numbered_route(2, "/two")); }},
      {"route with a bad backend",
       [](Cluster& c) {
         c.add(http_route("apps/bad", {parent("infra/gw")}, {rule("/", {to(service_ref("no"))})}));
       }},
      {"that backend appears", [](Cluster& c) { c.add_service("apps/no"); }},
      {"service gone", [](Cluster& c) { c.set.services.erase(c.set.services.begin() + 1); }},
      {"endpoints gone", [](Cluster& c) { c.set.endpoint_slices.clear(); }},
      {"grpc route that clashes",
       [](Cluster& c) {
         resource::GrpcRouteRule one;
         one.backend_refs = {to(service_ref("service-2"))};
         c.add(
             aged(grpc_route("apps/grpc", {parent("infra/gw")}, {one}, {"host-4.example.com"}), 1));
       }},
      {"cross-namespace reference",
       [](Cluster& c) {
         c.add(http_route("infra/far", {parent("gw")},
                          {rule("/f", {to(service_ref("apps/service-2"))})}));
       }},
      {"grant", [](Cluster& c) { c.add(grant("apps/g", "HTTPRoute", "infra", "", "Service")); }},
      {"TLS policy",
       [](Cluster& c) {
         c.add(config_map("apps/ca", {{"ca.crt", make_certificate_pem({"ca"})}}));
         c.add(tls_policy("apps/p", "service-2", "x", "ca"));
       }},
      {"CA gone", [](Cluster& c) { c.set.config_maps.clear(); }},
      {"listener added",
       [](Cluster& c) {
         c.add(gateway("infra/gw",
                       {open_listener("http", "HTTP", 80), open_listener("b", "HTTP", 81)}));
       }},
      {"option changed", [](Cluster& c) { c.options.unavailable_sockets = {"0.0.0.0:81"}; }},
      {"grant gone", [](Cluster& c) { c.set.reference_grants.clear(); }},
      {"grpc route gone", [](Cluster& c) { c.set.grpc_routes.clear(); }},
      {"all routes gone", [](Cluster& c) { c.set.http_routes.clear(); }},
      {"gateway gone", [](Cluster& c) { c.set.gateways.clear(); }},
  };
  auto cluster = make_cluster();
  cluster.compile();
  for (const auto& [what, change] : changes) {
    change(cluster);
    const Compilation afresh = compile(cluster.set, cluster.options, nullptr);
    const Compilation& updated = cluster.compile();
    EXPECT_EQ(format_json(updated), format_json(afresh)) << what;
    auto sorted = [](config::Document document) {
      std::ranges::sort(document.backends, {}, [](const auto& b) { return b->id; });
      return describe_document(document);
    };
    EXPECT_EQ(sorted(*updated.document), sorted(*afresh.document)) << what;
  }
}

TEST(Incremental, BackendsNobodyNamesAnyMoreLeaveTheDocument) {
  auto cluster = make_cluster();
  EXPECT_EQ(cluster.compile().document->backends.size(), 5U);
  cluster.set.http_routes.resize(2);

  EXPECT_EQ(cluster.compile().document->backends.size(), 2U);
}

}  // namespace
}  // namespace tidegate::gatewayapi
