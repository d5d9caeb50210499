// Which routes attach to which listeners, and what status says; after the HTTPRoute core tests.
#include <gtest/gtest.h>

#include "gatewayapi/fixture/cluster.h"

namespace tidegate::gatewayapi {
namespace {

using namespace fixture;

constexpr char kGood[] = "Accepted=True/Accepted ResolvedRefs=True/ResolvedRefs";

std::string refused(const char* reason) {
  return std::string("Accepted=False/") + reason + " ResolvedRefs=True/ResolvedRefs";
}

Cluster with_gateway(std::vector<resource::Listener> listeners) {
  Cluster cluster;
  cluster.add(gateway("infra/gw", std::move(listeners)));
  cluster.add_service("infra/backend");
  cluster.add(grant("infra/g", "HTTPRoute", "web", "", "Service"));
  return cluster;
}

resource::HttpRoute route(std::string_view name, std::vector<resource::ParentReference> parents,
                          std::vector<std::string> hostnames = {}) {
  return http_route(name, std::move(parents), {rule("/", {to(service_ref("infra/backend"))})},
                    std::move(hostnames));
}

TEST(Attachment, NamespacesFollowTheListener) {
  auto selected = listener("selected", "HTTP", 82);
  selected.allowed_routes.namespaces = {resource::FromNamespaces::kSelector,
                                        resource::LabelSelector{{{"kind", "backend"}}, {}}};
  auto cluster =
      with_gateway({listener("same", "HTTP", 80), open_listener("all", "HTTP", 81), selected});
  cluster.add(namespace_object("web", {{"kind", "backend"}}));
  for (const char* section : {"same", "all", "selected"}) {
    cluster.add(route(std::string("infra/near-") + section, {parent("gw", section)}));
    cluster.add(route(std::string("web/far-") + section, {parent("infra/gw", section)}));
  }

  const Compilation& result = cluster.compile();

  EXPECT_EQ(route_conditions(result, "infra/near-same"), kGood);
  EXPECT_EQ(route_conditions(result, "infra/near-all"), kGood);
  EXPECT_EQ(route_conditions(result, "infra/near-selected"), refused("NotAllowedByListeners"));
  EXPECT_EQ(route_conditions(result, "web/far-same"), refused("NotAllowedByListeners"));
  EXPECT_EQ(route_conditions(result, "web/far-all"), kGood);
  EXPECT_EQ(route_conditions(result, "web/far-selected"), kGood);
  EXPECT_EQ(find_listener(result, "infra/gw", "all")->attached_routes, 2U);
}

TEST(Attachment, NamespaceLabelsAreFollowed) {
  auto selected = listener("http", "HTTP", 80);
  selected.allowed_routes.namespaces = {resource::FromNamespaces::kSelector,
                                        resource::LabelSelector{{{"kind", "backend"}}, {}}};
  auto cluster = with_gateway({selected});
  cluster.add(route("web/r", {parent("infra/gw")}));
  EXPECT_EQ(route_conditions(cluster.compile(), "web/r"), refused("NotAllowedByListeners"));

  cluster.add(namespace_object("web", {{"kind", "backend"}}));
  EXPECT_EQ(route_conditions(cluster.compile(), "web/r"), kGood);
}

TEST(Attachment, SectionNameAndPortMustBothMatch) {
  struct Case {
    const char* what;
    resource::ParentReference ref;
    std::string expected;
    std::vector<std::uint32_t> attached;
  };
  const Case cases[] = {
      {"whole Gateway", parent("gw"), kGood, {1, 1, 1}},
      {"section", parent("gw", "b"), kGood, {0, 1, 0}},
      {"port", parent("gw", "", 80), kGood, {1, 1, 0}},
      {"section and port", parent("gw", "c", 81), kGood, {0, 0, 1}},
      {"unknown section", parent("gw", "x"), refused("NoMatchingParent"), {0, 0, 0}},
      {"unknown port", parent("gw", "", 8080), refused("NoMatchingParent"), {0, 0, 0}},
      {"section of another port", parent("gw", "c", 80), refused("NoMatchingParent"), {0, 0, 0}},
  };
  for (const Case& c : cases) {
    auto cluster = with_gateway({listener("a", "HTTP", 80, "a.com"),
                                 listener("b", "HTTP", 80, "b.com"), listener("c", "HTTP", 81)});
    cluster.add(route("infra/r", {c.ref}));
    const Compilation& result = cluster.compile();
    EXPECT_EQ(route_conditions(result, "infra/r"), c.expected) << c.what;
    const auto& listeners = find_gateway(result, "infra/gw")->listeners;
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_EQ(listeners[i].attached_routes, c.attached[i]) << c.what << " " << i;
    }
  }
}

TEST(Attachment, StatusRepeatsTheParentRefAsWritten) {
  auto cluster = with_gateway({listener("http", "HTTP", 80)});
  auto written = parent("infra/gw", "http", 80);
  written.group = resource::kGatewayGroup;
  written.kind = "Gateway";
  cluster.add(route("infra/r", {written, parent("gw")}));

  const auto* status = find_route(cluster.compile(), "infra/r");

  ASSERT_EQ(status->parents.size(), 2U);
  EXPECT_EQ(*status->parents[0].parent_ref, written);
  EXPECT_EQ(*status->parents[1].parent_ref, parent("gw"));
  EXPECT_EQ(status->kind, "HTTPRoute");
}

TEST(Attachment, TwoParentRefsToOneListenerCountOnce) {
  auto cluster = with_gateway({listener("http", "HTTP", 80)});
  cluster.add(route("infra/r", {parent("gw"), parent("gw", "http")}));

  const Compilation& result = cluster.compile();

  EXPECT_EQ(find_listener(result, "infra/gw", "http")->attached_routes, 1U);
  EXPECT_EQ(route_ids(result, "Gateway/infra/gw/http").size(), 1U);
}

TEST(Attachment, OtherParentsAreNotOurs) {
  auto cluster = with_gateway({listener("http", "HTTP", 80)});
  auto service_parent = parent("backend");
  service_parent.group = "";
  service_parent.kind = "Service";
  cluster.add(route("infra/r", {service_parent, parent("nosuch"), parent("gw")}));
  cluster.add(route("infra/mesh", {service_parent}));

  const Compilation& result = cluster.compile();

  EXPECT_EQ(find_route(result, "infra/r")->parents.size(), 1U);
  EXPECT_EQ(find_route(result, "infra/mesh"), nullptr);
  EXPECT_EQ(result.notes().size(), 1U);
}

TEST(Attachment, KindsAreThoseOfTheListener) {
  auto tls_only = tls_listener("tls", "TLS", 443, "", {}, resource::TlsMode::kPassthrough);
  auto grpc_only = listener("grpc", "HTTP", 80);
  grpc_only.allowed_routes.kinds = {{resource::kGatewayGroup, "GRPCRoute"}};
  auto cluster = with_gateway({tls_only, grpc_only});
  cluster.add(route("infra/disallowed", {parent("gw")}));

  const Compilation& result = cluster.compile();

  EXPECT_EQ(route_conditions(result, "infra/disallowed"), refused("NotAllowedByListeners"));
  EXPECT_EQ(find_listener(result, "infra/gw", "tls")->attached_routes, 0U);
}

TEST(Attachment, HostnamesMustMeet) {
  auto cluster = with_gateway({listener("exact", "HTTP", 80, "very.specific.com"),
                               listener("wild", "HTTP", 80, "*.wildcard.io")});
  cluster.add(route("infra/exact", {parent("gw")}, {"non.matching.com", "very.specific.com"}));
  cluster.add(
      route("infra/wild", {parent("gw")}, {"a.wildcard.io", "b.wildcard.io", "wildcard.io"}));
  cluster.add(route("infra/none", {parent("gw")}, {"specific.but.wrong.com"}));
  cluster.add(route("infra/any", {parent("gw")}));

  const Compilation& result = cluster.compile();

  EXPECT_EQ(route_conditions(result, "infra/none"), refused("NoMatchingListenerHostname"));
  EXPECT_EQ(find_listener(result, "infra/gw", "exact")->attached_routes, 2U);
  const auto& exact = find_config(result, "Gateway/infra/gw/exact")->http_routes;
  ASSERT_EQ(exact.size(), 2U);
  EXPECT_EQ(exact[0]->id, "HTTPRoute/infra/any");
  EXPECT_TRUE(exact[0]->hostnames.empty());
  EXPECT_EQ(exact[1]->hostnames, std::vector<std::string>{"very.specific.com"});
  const auto& wild = find_config(result, "Gateway/infra/gw/wild")->http_routes;
  EXPECT_EQ(wild[1]->hostnames, (std::vector<std::string>{"a.wildcard.io", "b.wildcard.io"}));
  EXPECT_EQ(wild[0].get(), exact[0].get()) << "equal hostnames share one object";
}

TEST(Attachment, RulesAreSharedBetweenListeners) {
  auto cluster =
      with_gateway({listener("a", "HTTP", 80, "*.a.com"), listener("b", "HTTP", 80, "*.b.com")});
  cluster.add(route("infra/r", {parent("gw")}, {"x.a.com", "x.b.com"}));

  const Compilation& result = cluster.compile();

  const auto& at_a = find_config(result, "Gateway/infra/gw/a")->http_routes[0];
  const auto& at_b = find_config(result, "Gateway/infra/gw/b")->http_routes[0];
  EXPECT_NE(at_a.get(), at_b.get());
  EXPECT_EQ(at_a->rules.get(), at_b->rules.get());
}

TEST(Attachment, RoutesStandInOrderOfPrecedence) {
  auto cluster = with_gateway({open_listener("http", "HTTP", 80)});
  cluster.add(aged(route("web/b", {parent("infra/gw")}), 100));
  cluster.add(aged(route("web/a", {parent("infra/gw")}), 100));
  cluster.add(aged(route("infra/z", {parent("gw")}), 100));
  cluster.add(aged(route("web/oldest", {parent("infra/gw")}), 50));
  cluster.add(aged(route("infra/youngest", {parent("gw")}), 150));

  EXPECT_EQ(
      route_ids(cluster.compile(), "Gateway/infra/gw/http"),
      (std::vector<std::string>{"HTTPRoute/web/oldest", "HTTPRoute/infra/z", "HTTPRoute/web/a",
                                "HTTPRoute/web/b", "HTTPRoute/infra/youngest"}));
}

TEST(Attachment, OneRouteServesSeveralGateways) {
  auto cluster = with_gateway({listener("http", "HTTP", 80)});
  cluster.add(gateway("infra/second", {listener("http", "HTTP", 8080)}));
  cluster.add(route("infra/r", {parent("gw"), parent("second")}));

  const Compilation& result = cluster.compile();

  EXPECT_EQ(route_conditions(result, "infra/r", 0), kGood);
  EXPECT_EQ(route_conditions(result, "infra/r", 1), kGood);
  EXPECT_EQ(find_config(result, "Gateway/infra/gw/http")->http_routes[0].get(),
            find_config(result, "Gateway/infra/second/http")->http_routes[0].get());
}

TEST(Attachment, CountsRoutesEvenWhereNothingIsServed) {
  Cluster cluster;
  cluster.add(gateway("infra/gw", {tls_listener("tls", "HTTPS", 443, "", {"nosuch"})}));
  cluster.add(http_route("infra/r", {parent("gw")}, {rule("/", {to(service_ref("nosuch"))})}));

  const Compilation& result = cluster.compile();

  EXPECT_EQ(find_listener(result, "infra/gw", "tls")->attached_routes, 1U);
  EXPECT_EQ(route_conditions(result, "infra/r"),
            "Accepted=True/Accepted ResolvedRefs=False/BackendNotFound");
  EXPECT_TRUE(result.document->listeners.empty());
}

TEST(Attachment, ConditionsCarryTheRoutesGeneration) {
  auto cluster = with_gateway({listener("http", "HTTP", 80)});
  cluster.add(at_generation(route("infra/r", {parent("gw")}), 1));
  cluster.compile();
  cluster.add(at_generation(route("infra/r", {parent("gw")}), 2));

  EXPECT_EQ(route_conditions(cluster.compile(), "infra/r"),
            "Accepted=True/Accepted@2 ResolvedRefs=True/ResolvedRefs@2");
}

TEST(Attachment, AnEntryGoesWithItsParentRef) {
  auto cluster = with_gateway({listener("http", "HTTP", 80)});
  cluster.add(route("infra/r", {parent("gw")}));
  cluster.compile();
  cluster.add(at_generation(route("infra/r", {}), 2));

  const Compilation& result = cluster.compile();

  EXPECT_EQ(find_route(result, "infra/r"), nullptr);
  EXPECT_TRUE(route_ids(result, "Gateway/infra/gw/http").empty());
}

TEST(DefaultGateways, ClaimRoutesThatAskForOne) {
  auto cluster = with_gateway({listener("http", "HTTP", 80)});
  resource::Gateway object = *cluster.set.gateways[0];
  object.default_scope = resource::DefaultScope::kAll;
  cluster.add(object);
  auto asks = route("infra/asks", {});
  asks.use_default_gateways = resource::UseDefaultGateways::kAll;
  cluster.add(asks);
  auto both = route("infra/both", {parent("gw")});
  both.use_default_gateways = resource::UseDefaultGateways::kAll;
  cluster.add(both);
  cluster.add(route("infra/silent", {}));

  const Compilation& result = cluster.compile();

  EXPECT_EQ(route_conditions(result, "infra/asks"), kGood);
  EXPECT_EQ(find_route(result, "infra/asks")->parents[0].parent_ref->namespace_, "infra");
  EXPECT_EQ(find_route(result, "infra/both")->parents.size(), 1U);
  EXPECT_EQ(find_route(result, "infra/silent"), nullptr);
}

}  // namespace
}  // namespace tidegate::gatewayapi
