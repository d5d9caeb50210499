// Services and their EndpointSlices as backends.
#include "gatewayapi/backend/service.h"

#include <gtest/gtest.h>

#include "gatewayapi/fixture/cluster.h"

namespace tidegate::gatewayapi {
namespace {

using namespace fixture;
using Endpoints = std::vector<config::Endpoint>;

// A Gateway and a route to Service infra/s:8080.
Cluster with_service(resource::Service object) {
  Cluster cluster;
  cluster.add(gateway("infra/gw", {listener("http", "HTTP", 80)}));
  cluster.add(std::move(object));
  cluster.add(http_route("infra/r", {parent("gw")}, {rule("/", {to(service_ref("s"))})}));
  return cluster;
}

const config::Backend& backend_of(const Compilation& result) {
  return *find_config(result, "Gateway/infra/gw/http")
              ->http_routes[0]
              ->rules->at(0)
              .backends.at(0)
              .backend;
}

const Endpoints& endpoints_of(const Compilation& result) {
  return std::get<Endpoints>(backend_of(result).destination);
}

TEST(Services, WithoutSlicesHaveNoEndpoints) {
  auto cluster = with_service(service("infra/s"));

  const Compilation& result = cluster.compile();

  EXPECT_TRUE(endpoints_of(result).empty());
  EXPECT_EQ(route_conditions(result, "infra/r"),
            "Accepted=True/Accepted ResolvedRefs=True/ResolvedRefs");
}

TEST(Services, EndpointsComeFromAllSlicesOfThePort) {
  auto cluster = with_service(service("infra/s"));
  cluster.add(slice("infra/s", {"10.0.0.2", "10.0.0.1"}, 3000));
  auto second = slice("infra/s", {"10.0.0.3", "10.0.0.1"}, 3000);
  second.meta.name = "s-2";
  cluster.add(second);
  auto v6 = slice("infra/s", {"fd00::1"}, 3000);
  v6.meta.name = "s-6";
  v6.address_type = "IPv6";
  cluster.add(v6);
  auto names = slice("infra/s", {"host.example.com"}, 3000);
  names.meta.name = "s-names";
  names.address_type = "FQDN";
  cluster.add(names);
  auto other_port = slice("infra/s", {"10.0.0.9"}, 9999);
  other_port.meta.name = "s-other-port";
  other_port.ports[0].name = "metrics";
  cluster.add(other_port);
  auto other_service = slice("infra/s", {"10.0.0.8"}, 3000);
  other_service.meta.name = "t-1";
  other_service.meta.labels = {{"kubernetes.io/service-name", "t"}};
  cluster.add(other_service);
  cluster.add(slice("web/s", {"10.0.0.7"}, 3000));

  EXPECT_EQ(
      endpoints_of(cluster.compile()),
      (Endpoints{{"10.0.0.1", 3000}, {"10.0.0.2", 3000}, {"10.0.0.3", 3000}, {"fd00::1", 3000}}));
}

TEST(Services, OnlyReadyEndpointsCount) {
  auto cluster = with_service(service("infra/s"));
  auto object = slice("infra/s", {"10.0.0.1", "10.0.0.2", "10.0.0.3"}, 3000);
  object.endpoints[0].ready = true;
  object.endpoints[1].ready = false;
  cluster.add(object);

  EXPECT_EQ(endpoints_of(cluster.compile()), (Endpoints{{"10.0.0.1", 3000}, {"10.0.0.3", 3000}}));
}

TEST(Services, TerminatingEndpointsServeWhileNoneIsReady) {
  auto cluster = with_service(service("infra/s"));
  auto object = slice("infra/s", {"10.0.0.1", "10.0.0.2", "10.0.0.3"}, 3000);
  for (auto& endpoint : object.endpoints) endpoint.ready = false;
  object.endpoints[1].serving = true;
  object.endpoints[1].terminating = true;
  object.endpoints[2].serving = true;
  cluster.add(object);

  EXPECT_EQ(endpoints_of(cluster.compile()), (Endpoints{{"10.0.0.2", 3000}}));
}

// Three endpoints: of node a in zone 1, node b in zone 1, node c in zone 2.
Endpoints preferred(resource::TrafficDistribution distribution, const Location& location,
                    std::size_t not_ready = 9) {
  auto object = service("infra/s");
  object.traffic_distribution = distribution;
  auto cluster = with_service(object);
  auto endpoints = slice("infra/s", {"10.0.0.1", "10.0.0.2", "10.0.0.3"}, 3000);
  for (const auto& [index, node, zone] :
       {std::tuple{0U, "a", "1"}, {1U, "b", "1"}, {2U, "c", "2"}}) {
    endpoints.endpoints[index].node = node;
    endpoints.endpoints[index].zone = zone;
    endpoints.endpoints[index].ready = index != not_ready;
  }
  cluster.add(endpoints);
  cluster.options.location = location;
  return endpoints_of(cluster.compile());
}

TEST(Services, NearEndpointsArePreferredWhereTheServiceSaysSo) {
  using enum resource::TrafficDistribution;
  const Endpoints on_a{{"10.0.0.1", 3000}};
  const Endpoints on_b{{"10.0.0.2", 3000}};
  const Endpoints in_1{{"10.0.0.1", 3000}, {"10.0.0.2", 3000}};
  const Endpoints all{{"10.0.0.1", 3000}, {"10.0.0.2", 3000}, {"10.0.0.3", 3000}};
  EXPECT_EQ(preferred(kAnywhere, {"a", "1"}), all);
  EXPECT_EQ(preferred(kPreferSameZone, {"a", "1"}), in_1);
  EXPECT_EQ(preferred(kPreferSameZone, {"a", ""}), all);
  EXPECT_EQ(preferred(kPreferSameZone, {"", "3"}), all);
  EXPECT_EQ(preferred(kPreferSameNode, {"a", "1"}), on_a);
  // The one on the node is not ready: the zone's, and without one of those all that are.
  EXPECT_EQ(preferred(kPreferSameNode, {"a", "1"}, 0), on_b);
  EXPECT_EQ(preferred(kPreferSameNode, {"c", "2"}, 2), in_1);
  EXPECT_EQ(preferred(kPreferSameNode, {}), all);
}

TEST(Services, HeadlessOnesAreNoSpecialCase) {
  auto headless = service("infra/s");
  headless.cluster_ip = "None";
  auto cluster = with_service(headless);
  cluster.add(slice("infra/s", {"10.0.0.1"}, 3000));

  EXPECT_EQ(endpoints_of(cluster.compile()), (Endpoints{{"10.0.0.1", 3000}}));
}

TEST(Services, AppProtocolChoosesTheProtocol) {
  using P = config::BackendProtocol;
  struct Case {
    const char* app_protocol;
    P expected;
  };
  const Case cases[] = {{"", P::kHttp1},
                        {"http", P::kHttp1},
                        {"https", P::kHttp1},
                        {"example.com/own", P::kHttp1},
                        {"kubernetes.io/h2c", P::kHttp2},
                        {"grpc", P::kHttp2},
                        {"kubernetes.io/ws", P::kWebSocket},
                        {"kubernetes.io/wss", P::kWebSocket}};
  for (const Case& c : cases) {
    auto cluster = with_service(service("infra/s", 8080, c.app_protocol));
    EXPECT_EQ(backend_of(cluster.compile()).protocol, c.expected) << c.app_protocol;
  }
}

TEST(Services, RefusedOnesAreTold) {
  auto external = service("infra/s");
  external.type = "ExternalName";
  external.external_name = "internal.example.com";
  struct Case {
    resource::Service object;
    const char* reason;
  };
  const Case cases[] = {
      {service("infra/s", 8080, "kubernetes.io/unheard-of"), "UnsupportedProtocol"},
      {external, "InvalidKind"}};
  for (const Case& c : cases) {
    auto cluster = with_service(c.object);
    const Compilation& result = cluster.compile();
    EXPECT_EQ(route_conditions(result, "infra/r"),
              std::string("Accepted=True/Accepted ResolvedRefs=False/") + c.reason);
    EXPECT_TRUE(result.document->backends.empty());
  }
}

}  // namespace
}  // namespace tidegate::gatewayapi
