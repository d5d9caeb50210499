// GRPCRoutes as HTTP routes, and their clash with HTTPRoutes.
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include "gatewayapi/fixture/cluster.h"

namespace tidegate::gatewayapi {
namespace {

using namespace fixture;

constexpr char kGood[] = "Accepted=True/Accepted ResolvedRefs=True/ResolvedRefs";
constexpr char kLost[] = "Accepted=False/HostnameConflict ResolvedRefs=True/ResolvedRefs";

Cluster with_gateway() {
  Cluster cluster;
  cluster.add(gateway("infra/gw", {listener("http", "HTTP", 80)}));
  cluster.add(service("infra/grpc", 8080, "kubernetes.io/h2c"));
  cluster.add_service("infra/plain");
  return cluster;
}

resource::GrpcRouteRule method_rule(
    std::optional<std::string> service, std::optional<std::string> method,
    resource::GrpcMethodMatch::Type type = resource::GrpcMethodMatch::Type::kExact) {
  resource::GrpcRouteRule made;
  made.matches.push_back(
      {resource::GrpcMethodMatch{type, std::move(service), std::move(method)}, {}});
  made.backend_refs = {to(service_ref("grpc"))};
  return made;
}

const config::HttpRoute& only_route(const Compilation& result) {
  return *find_config(result, "Gateway/infra/gw/http")->http_routes[0];
}

TEST(GrpcRoutes, MethodMatchesBecomePathMatches) {
  using Kind = config::PathMatch::Kind;
  const auto regex = resource::GrpcMethodMatch::Type::kRegularExpression;
  struct Case {
    resource::GrpcRouteRule rule;
    config::PathMatch expected;
  };
  const Case cases[] = {
      {method_rule("pkg.Echo", "Say"), {Kind::kExact, "/pkg.Echo/Say"}},
      {method_rule("pkg.Echo", {}), {Kind::kPrefix, "/pkg.Echo"}},
      {method_rule({}, "Say"), {Kind::kRegex, "/[^/]+/Say"}},
      {method_rule("pkg\\..*", "S.*", regex), {Kind::kRegex, "/(?:pkg\\..*)/(?:S.*)"}},
      {method_rule("a|b", {}, regex), {Kind::kRegex, "/(?:a|b)/[^/]+"}},
      {resource::GrpcRouteRule{}, {Kind::kPrefix, "/"}},
  };
  for (const Case& c : cases) {
    auto cluster = with_gateway();
    cluster.add(grpc_route("infra/r", {parent("gw")}, {c.rule}));
    const Compilation& result = cluster.compile();
    EXPECT_EQ(only_route(result).rules->at(0).matches.at(0).path, c.expected) << c.expected.value;
    EXPECT_EQ(route_conditions(result, "infra/r"), kGood);
  }
}

TEST(GrpcRoutes, CarryHeadersNamesAndWeights) {
  auto one = method_rule("pkg.Echo", "Say");
  one.name = "named";
  one.matches[0].headers = {{resource::ValueMatch::Type::kExact, "Version", "two"}};
  one.backend_refs = {to(service_ref("grpc"), 70), to(service_ref("plain"), 30)};
  auto cluster = with_gateway();
  cluster.add(grpc_route("infra/r", {parent("gw")}, {one}, {"grpc.example.com"}));

  const Compilation& result = cluster.compile();

  const config::HttpRoute& route = only_route(result);
  EXPECT_EQ(route.id, "GRPCRoute/infra/r");
  EXPECT_EQ(route.kind, config::HttpRoute::Kind::kGrpc);
  EXPECT_EQ(route.hostnames, std::vector<std::string>{"grpc.example.com"});
  EXPECT_EQ(route.rules->at(0).name, "named");
  EXPECT_EQ(route.rules->at(0).matches.at(0).headers.at(0).name, "version");
  EXPECT_EQ(backends_of(route.rules->at(0)),
            (std::vector<std::string>{"Service/infra/grpc:8080/grpc*70",
                                      "Service/infra/plain:8080/grpc*30"}));
  for (const auto& backend : route.rules->at(0).backends) {
    EXPECT_EQ(backend.backend->protocol, config::BackendProtocol::kHttp2);
  }
}

TEST(GrpcRoutes, AttachToHttpListenersByHostname) {
  auto cluster = with_gateway();
  cluster.add(gateway("infra/gw", {listener("a", "HTTP", 80, "a.example.com"),
                                   listener("b", "HTTP", 80, "b.example.com")}));
  cluster.add(
      grpc_route("infra/r", {parent("gw")}, {method_rule("pkg.Echo", {})}, {"b.example.com"}));

  const Compilation& result = cluster.compile();

  EXPECT_EQ(find_listener(result, "infra/gw", "a")->attached_routes, 0U);
  EXPECT_EQ(find_listener(result, "infra/gw", "b")->attached_routes, 1U);
}

TEST(GrpcRoutes, GrantsNameTheirKind) {
  auto far = method_rule("pkg.Echo", {});
  far.backend_refs = {to(service_ref("web/far"))};
  auto cluster = with_gateway();
  cluster.add_service("web/far");
  cluster.add(grpc_route("infra/r", {parent("gw")}, {far}));
  cluster.add(grant("web/g", "HTTPRoute", "infra", "", "Service"));
  EXPECT_EQ(route_conditions(cluster.compile(), "infra/r"),
            "Accepted=True/Accepted ResolvedRefs=False/RefNotPermitted");

  cluster.add(grant("web/g", "GRPCRoute", "infra", "", "Service"));
  EXPECT_EQ(route_conditions(cluster.compile(), "infra/r"), kGood);
}

// ---- HTTPRoute and GRPCRoute with one hostname

resource::HttpRoute http(std::string_view name, std::vector<std::string> hostnames) {
  return http_route(name, {parent("gw")}, {rule("/", {to(service_ref("plain"))})},
                    std::move(hostnames));
}
resource::GrpcRoute grpc(std::string_view name, std::vector<std::string> hostnames) {
  return grpc_route(name, {parent("gw")}, {method_rule("pkg.Echo", {})}, std::move(hostnames));
}

TEST(HttpGrpcClash, TheOlderRouteKeepsTheHostname) {
  auto cluster = with_gateway();
  cluster.add(aged(http("infra/http", {"x.example.com"}), 200));
  cluster.add(aged(grpc("infra/grpc", {"x.example.com"}), 100));

  const Compilation& result = cluster.compile();

  EXPECT_EQ(route_conditions(result, "infra/grpc"), kGood);
  EXPECT_EQ(route_conditions(result, "infra/http"), kLost);
  EXPECT_EQ(find_listener(result, "infra/gw", "http")->attached_routes, 1U);
  EXPECT_EQ(route_ids(result, "Gateway/infra/gw/http"),
            std::vector<std::string>{"GRPCRoute/infra/grpc"});
}

TEST(HttpGrpcClash, OfOneAgeTheFirstNameWins) {
  auto cluster = with_gateway();
  cluster.add(http("infra/b", {}));
  cluster.add(grpc("infra/a", {}));

  const Compilation& result = cluster.compile();

  EXPECT_EQ(route_conditions(result, "infra/a"), kGood);
  EXPECT_EQ(route_conditions(result, "infra/b"), kLost);
}

TEST(HttpGrpcClash, OtherHostnamesAndRoutesOfOneKindLiveTogether) {
  auto cluster = with_gateway();
  cluster.add(http("infra/one", {"x.example.com"}));
  cluster.add(http("infra/two", {"x.example.com"}));
  cluster.add(grpc("infra/grpc", {"grpc.example.com"}));

  const Compilation& result = cluster.compile();

  for (const char* name : {"infra/one", "infra/two", "infra/grpc"}) {
    EXPECT_EQ(route_conditions(result, name), kGood) << name;
  }
}

// Source: grpcroute_types.go, hostnames: one of the two is accepted when their intersection is not
// empty, and a wildcard meets what it covers.
TEST(HttpGrpcClash, HostnamesThatOverlapAreInCommon) {
  struct Case {
    std::vector<std::string> older;
    std::vector<std::string> younger;
    bool clash;
  };
  const Case cases[] = {
      {{"*.example.com"}, {"grpc.example.com"}, true},
      {{"grpc.example.com"}, {"*.example.com"}, true},
      {{"a.b.example.com"}, {"*.example.com"}, true},
      {{"*.b.example.com"}, {"*.example.com"}, true},
      {{"*.example.com"}, {"*.b.example.com"}, true},
      {{}, {"grpc.example.com"}, true},
      {{"grpc.example.com"}, {}, true},
      {{"*.example.com"}, {"example.com"}, false},
      {{"*.a.example.com"}, {"*.b.example.com"}, false},
      {{"a.example.com", "b.example.com"}, {"c.example.com"}, false},
      {{"a.example.com", "b.example.com"}, {"c.example.com", "b.example.com"}, true},
  };
  for (const Case& c : cases) {
    auto cluster = with_gateway();
    cluster.add(aged(http("infra/http", c.older), 100));
    cluster.add(aged(grpc("infra/grpc", c.younger), 200));

    const Compilation& result = cluster.compile();

    const std::string what =
        fmt::format("{} {}", fmt::join(c.older, ","), fmt::join(c.younger, ","));
    EXPECT_EQ(route_conditions(result, "infra/http"), kGood) << what;
    EXPECT_EQ(route_conditions(result, "infra/grpc"), c.clash ? kLost : kGood) << what;
  }
}

TEST(HttpGrpcClash, TheLoserComesBackWhenTheWinnerGoes) {
  auto cluster = with_gateway();
  cluster.add(aged(grpc("infra/grpc", {}), 100));
  cluster.add(aged(http("infra/http", {}), 200));
  EXPECT_EQ(route_conditions(cluster.compile(), "infra/http"), kLost);

  cluster.set.grpc_routes.clear();
  EXPECT_EQ(route_conditions(cluster.compile(), "infra/http"), kGood);
}

TEST(HttpGrpcClash, IsDecidedPerListener) {
  auto cluster = with_gateway();
  cluster.add(gateway("infra/gw", {listener("a", "HTTP", 80, "a.example.com"),
                                   listener("b", "HTTP", 80, "b.example.com")}));
  cluster.add(aged(grpc("infra/grpc", {"a.example.com"}), 100));
  cluster.add(aged(http("infra/http", {"a.example.com", "b.example.com"}), 200));

  const Compilation& result = cluster.compile();

  EXPECT_EQ(route_conditions(result, "infra/http"), kGood) << "listener b still takes it";
  EXPECT_EQ(route_ids(result, "Gateway/infra/gw/a"),
            std::vector<std::string>{"GRPCRoute/infra/grpc"});
  EXPECT_EQ(route_ids(result, "Gateway/infra/gw/b"),
            std::vector<std::string>{"HTTPRoute/infra/http"});
}

}  // namespace
}  // namespace tidegate::gatewayapi
