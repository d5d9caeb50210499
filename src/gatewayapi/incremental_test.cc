// What a compile keeps from the last one, and that keeping changes nothing.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>

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
  const auto& routes = find_config(result, "Gateway/infra/gw/http")->http_routes;
  return {routes.begin(), routes.end()};
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
  EXPECT_EQ(before.statuses().routes, after.statuses().routes);
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
    EXPECT_EQ(before.statuses().routes[i] == after.statuses().routes[i], i != 7) << i;
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

std::string describe(const Compilation& result) {
  config::Document document = *result.document;
  std::ranges::sort(document.backends, {}, [](const auto& backend) { return backend->id; });
  return describe_document(document);
}

// A random change of one thing or of many.
class RandomChange {
 public:
  explicit RandomChange(unsigned seed) : random_(seed) {}

  void operator()(Cluster& cluster) {
    switch (pick(10)) {
      case 0:
        return cluster.add_service(fmt::format("apps/service-{}", pick(8)),
                                   fmt::format("10.0.0.{}", 1 + pick(3)));
      case 1:
        return erase_one(cluster.set.services);
      case 2:
        return erase_one(cluster.set.endpoint_slices);
      case 3:
        return cluster.add(grpc());
      case 4:
        return erase_one(cluster.set.grpc_routes);
      case 5:
        return erase_some(cluster.set.http_routes);
      case 6:
        return toggle_listener(cluster);
      default:
        for (int count = 1 << pick(8); count > 0; --count) cluster.add(http());
    }
  }

 private:
  int pick(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }

  resource::HttpRoute http() {
    const int number = pick(400);
    return aged(http_route(fmt::format("apps/route-{:03}", number),
                           {parent("infra/gw", pick(4) == 0 ? "http" : "")},
                           {rule(fmt::format("/v{}", pick(3)),
                                 {to(service_ref(fmt::format("service-{}", pick(8))))})},
                           {fmt::format("host-{}.example.com", number % 50)}),
                100 + pick(3));
  }
  resource::GrpcRoute grpc() {
    resource::GrpcRouteRule one;
    one.backend_refs = {to(service_ref(fmt::format("service-{}", pick(8))))};
    return aged(grpc_route(fmt::format("apps/grpc-{}", pick(10)), {parent("infra/gw")}, {one},
                           {fmt::format("host-{}.example.com", pick(60))}),
                100 + pick(3));
  }
  template <class Objects>
  void erase_one(Objects& objects) {
    if (!objects.empty()) objects.erase(objects.begin() + pick(static_cast<int>(objects.size())));
  }
  template <class Objects>
  void erase_some(Objects& objects) {
    for (int count = 1 << pick(8); count > 0; --count) erase_one(objects);
  }
  static void toggle_listener(Cluster& cluster) {
    std::vector<resource::Listener> listeners = {open_listener("http", "HTTP", 80)};
    if (cluster.set.gateways[0]->listeners.size() == 1) {
      listeners.push_back(open_listener("more", "HTTP", 81));
    }
    cluster.add(gateway("infra/gw", std::move(listeners)));
  }

  std::mt19937 random_;
};

TEST(Incremental, RandomSequencesOfChangesGiveWhatACompileAfreshGives) {
  for (unsigned seed = 1; seed <= 3; ++seed) {
    auto cluster = make_cluster();
    RandomChange change(seed);
    cluster.compile();
    for (int turn = 0; turn < 60; ++turn) {
      change(cluster);
      const Compilation afresh = compile(cluster.set, cluster.options, nullptr);
      const Compilation& updated = cluster.compile();
      ASSERT_EQ(format_json(updated), format_json(afresh)) << "seed " << seed << " turn " << turn;
      ASSERT_EQ(describe(updated), describe(afresh)) << "seed " << seed << " turn " << turn;
    }
  }
}

TEST(Incremental, AChangedRouteLeavesTheOtherPagesOfEveryListenerShared) {
  Cluster cluster;
  cluster.add(
      gateway("infra/gw", {open_listener("a", "HTTP", 80), open_listener("b", "HTTP", 81)}));
  for (int i = 0; i < 300; ++i) cluster.add(numbered_route(i, "/v1"));
  const auto list = [](const Compilation& result, std::string_view id) {
    return find_config(result, id)->http_routes;
  };
  const Compilation before = cluster.compile();
  cluster.add(numbered_route(150, "/v2"));

  const Compilation& after = cluster.compile();

  const auto a = list(after, "Gateway/infra/gw/a");
  EXPECT_TRUE(a.same_pages(list(after, "Gateway/infra/gw/b")));
  const auto difference = find_difference(list(before, "Gateway/infra/gw/a"), a);
  EXPECT_EQ(difference.added.size(), 1U);
  std::size_t shared = 0;
  for (const auto& page : list(before, "Gateway/infra/gw/a").pages()) {
    shared += static_cast<std::size_t>(std::ranges::count(a.pages(), page));
  }
  EXPECT_EQ(shared, a.pages().size() - 1);
}

TEST(Incremental, BackendsNobodyNamesAnyMoreLeaveTheDocument) {
  auto cluster = make_cluster();
  EXPECT_EQ(cluster.compile().document->backends.size(), 5U);
  cluster.set.http_routes.resize(2);

  EXPECT_EQ(cluster.compile().document->backends.size(), 2U);
}

}  // namespace
}  // namespace tidegate::gatewayapi
