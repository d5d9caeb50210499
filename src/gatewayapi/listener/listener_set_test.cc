// ListenerSets: who may attach, and routes that name them.
#include <gtest/gtest.h>

#include "gatewayapi/fixture/cluster.h"

namespace tidegate::gatewayapi {
namespace {

using namespace fixture;

constexpr char kGoodSet[] = "Accepted=True/Accepted Programmed=True/Programmed";
constexpr char kNotAllowed[] = "Accepted=False/NotAllowed Programmed=False/NotAllowed";

Cluster with_allowed(resource::NamespaceRule rule) {
  Cluster cluster;
  auto object = gateway("infra/gw", {listener("http", "HTTP", 80, "gateway.com")});
  object.allowed_listeners = std::move(rule);
  cluster.add(object);
  cluster.add(listener_set("infra/near", "infra/gw", {listener("x", "HTTP", 80, "near.com")}));
  cluster.add(listener_set("far/far", "infra/gw", {listener("x", "HTTP", 80, "far.com")}));
  cluster.add(namespace_object("far", {{"team", "blue"}}));
  return cluster;
}

TEST(ListenerSets, TheGatewaySaysWhichNamespacesMayAttach) {
  using From = resource::FromNamespaces;
  resource::LabelSelector blue{{{"team", "blue"}}, {}};
  resource::LabelSelector red{{{"team", "red"}}, {}};
  resource::LabelSelector not_red{
      {}, {{"team", resource::LabelSelectorRequirement::Operator::kNotIn, {"red"}}}};
  struct Case {
    const char* what;
    resource::NamespaceRule rule;
    const char* near;
    const char* far;
    std::uint32_t attached;
  };
  const Case cases[] = {
      {"default", resource::Gateway{}.allowed_listeners, kNotAllowed, kNotAllowed, 0},
      {"None", {From::kNone, {}}, kNotAllowed, kNotAllowed, 0},
      {"Same", {From::kSame, {}}, kGoodSet, kNotAllowed, 1},
      {"All", {From::kAll, {}}, kGoodSet, kGoodSet, 2},
      {"Selector", {From::kSelector, blue}, kNotAllowed, kGoodSet, 1},
      {"Selector for nobody", {From::kSelector, red}, kNotAllowed, kNotAllowed, 0},
      {"Selector by expression", {From::kSelector, not_red}, kGoodSet, kGoodSet, 2},
      {"Selector that is absent", {From::kSelector, {}}, kNotAllowed, kNotAllowed, 0},
  };
  for (const Case& c : cases) {
    auto cluster = with_allowed(c.rule);
    const Compilation& result = cluster.compile();
    EXPECT_EQ(set_conditions(result, "infra/near"), c.near) << c.what;
    EXPECT_EQ(set_conditions(result, "far/far"), c.far) << c.what;
    EXPECT_EQ(find_gateway(result, "infra/gw")->attached_listener_sets, c.attached) << c.what;
  }
}

TEST(ListenerSets, ANamespaceIsSelectableByItsName) {
  resource::LabelSelector by_name{{{"kubernetes.io/metadata.name", "infra"}}, {}};
  auto cluster = with_allowed({resource::FromNamespaces::kSelector, by_name});

  EXPECT_EQ(set_conditions(cluster.compile(), "infra/near"), kGoodSet);
}

TEST(ListenerSets, OfAGatewayThatIsNotAcceptedAreNotEither) {
  auto cluster = with_allowed({resource::FromNamespaces::kAll, {}});
  resource::Gateway object = *cluster.set.gateways[0];
  object.addresses = {{"Hostname", "x.example"}};
  cluster.add(object);

  EXPECT_EQ(set_conditions(cluster.compile(), "infra/near"),
            "Accepted=False/ParentNotAccepted Programmed=False/ParentNotAccepted");
}

TEST(ListenerSets, OfForeignGatewaysHaveNoStatus) {
  Cluster cluster;
  cluster.add(listener_set("infra/ls", "infra/nosuch", {listener("x", "HTTP", 80)}));

  const Compilation& result = cluster.compile();

  EXPECT_EQ(set_conditions(result, "infra/ls"), "none");
  ASSERT_EQ(result.notes().size(), 1U);
}

TEST(ListenerSets, EntriesHaveKindsAndConditionsAsListeners) {
  auto cluster = with_allowed({resource::FromNamespaces::kSame, {}});
  auto entry = tls_listener("tls", "TLS", 443, "tls.com", {}, resource::TlsMode::kPassthrough);
  entry.allowed_routes.kinds = {{resource::kGatewayGroup, "HTTPRoute"}};
  cluster.add(listener_set("infra/near", "infra/gw", {entry}));

  const Compilation& result = cluster.compile();

  EXPECT_EQ(listener_conditions(result, "infra/near", "tls"),
            "Accepted=True/Accepted Programmed=True/Programmed "
            "ResolvedRefs=False/InvalidRouteKinds Conflicted=False/NoConflicts");
  EXPECT_EQ(kinds(*find_listener(result, "infra/near", "tls")), "");
}

TEST(ListenerSets, CertificatesElsewhereNeedAGrantForTheSet) {
  auto cluster = with_allowed({resource::FromNamespaces::kSame, {}});
  cluster.add(tls_secret("certs/cert", {"near.com"}));
  cluster.add(listener_set("infra/near", "infra/gw",
                           {tls_listener("s", "HTTPS", 443, "", {"certs/cert"})}));
  cluster.add(grant("certs/g", "Gateway", "infra", "", "Secret"));
  const Compilation& refused = cluster.compile();
  EXPECT_EQ(listener_conditions(refused, "infra/near", "s"),
            "Accepted=True/Accepted Programmed=False/Invalid ResolvedRefs=False/RefNotPermitted "
            "Conflicted=False/NoConflicts");
  EXPECT_EQ(set_conditions(refused, "infra/near"),
            "Accepted=False/ListenersNotValid Programmed=False/ListenersNotValid");

  cluster.add(grant("certs/g", "ListenerSet", "infra", "", "Secret"));
  const Compilation& allowed = cluster.compile();
  EXPECT_EQ(set_conditions(allowed, "infra/near"), kGoodSet);
  EXPECT_NE(find_config(allowed, "ListenerSet/infra/near/s"), nullptr);
}

// ---- routes

Cluster with_routes() {
  auto cluster = with_allowed({resource::FromNamespaces::kSame, {}});
  cluster.add(
      listener_set("infra/near", "infra/gw",
                   {open_listener("x", "HTTP", 80, "x.com"), listener("y", "HTTP", 80, "y.com")}));
  cluster.add_service("infra/backend");
  return cluster;
}

resource::HttpRoute route(std::string_view name, std::vector<resource::ParentReference> parents) {
  return http_route(name, std::move(parents), {rule("/", {to(service_ref("infra/backend"))})});
}

TEST(ListenerSetRoutes, AttachToWhatTheirParentRefNames) {
  auto cluster = with_routes();
  cluster.add(route("infra/to-gateway", {parent("gw")}));
  cluster.add(route("infra/to-set", {set_parent("near")}));
  cluster.add(route("infra/to-entry", {set_parent("near", "y")}));

  const Compilation& result = cluster.compile();

  EXPECT_EQ(route_ids(result, "Gateway/infra/gw/http"),
            std::vector<std::string>{"HTTPRoute/infra/to-gateway"});
  EXPECT_EQ(route_ids(result, "ListenerSet/infra/near/x"),
            std::vector<std::string>{"HTTPRoute/infra/to-set"});
  EXPECT_EQ(route_ids(result, "ListenerSet/infra/near/y"),
            (std::vector<std::string>{"HTTPRoute/infra/to-entry", "HTTPRoute/infra/to-set"}));
  EXPECT_EQ(find_listener(result, "infra/gw", "http")->attached_routes, 1U);
  EXPECT_EQ(find_listener(result, "infra/near", "x")->attached_routes, 1U);
  EXPECT_EQ(find_listener(result, "infra/near", "y")->attached_routes, 2U);
}

TEST(ListenerSetRoutes, AGatewayParentRefDoesNotSeeTheSetsEntries) {
  auto cluster = with_routes();
  cluster.add(route("infra/r", {parent("gw", "x")}));

  EXPECT_EQ(route_conditions(cluster.compile(), "infra/r"),
            "Accepted=False/NoMatchingParent ResolvedRefs=True/ResolvedRefs");
}

TEST(ListenerSetRoutes, EachParentRefIsJudgedAlone) {
  auto cluster = with_routes();
  cluster.add(route("infra/both", {parent("gw"), set_parent("near", "x")}));
  cluster.add(route("infra/one", {parent("gw", "nosuch"), set_parent("near", "x")}));

  const Compilation& result = cluster.compile();

  EXPECT_EQ(route_conditions(result, "infra/both", 0),
            "Accepted=True/Accepted ResolvedRefs=True/ResolvedRefs");
  EXPECT_EQ(route_conditions(result, "infra/both", 1),
            "Accepted=True/Accepted ResolvedRefs=True/ResolvedRefs");
  EXPECT_EQ(route_conditions(result, "infra/one", 0),
            "Accepted=False/NoMatchingParent ResolvedRefs=True/ResolvedRefs");
  EXPECT_EQ(route_conditions(result, "infra/one", 1),
            "Accepted=True/Accepted ResolvedRefs=True/ResolvedRefs");
  EXPECT_EQ(find_route(result, "infra/one")->parents[1].parent_ref->kind, "ListenerSet");
}

TEST(ListenerSetRoutes, StatusNamesOnlyDeclaredParents) {
  auto cluster = with_routes();
  cluster.add(route("infra/set-only", {set_parent("near")}));

  const auto* status = find_route(cluster.compile(), "infra/set-only");

  ASSERT_EQ(status->parents.size(), 1U);
  EXPECT_EQ(status->parents[0].parent_ref->name, "near");
}

TEST(ListenerSetRoutes, NamespacesAreThoseOfTheEntry) {
  auto cluster = with_routes();
  cluster.add(route("other/r", {set_parent("infra/near", "x")}));
  cluster.add(route("other/refused", {set_parent("infra/near", "y")}));
  cluster.add(grant("infra/g", "HTTPRoute", "other", "", "Service"));

  const Compilation& result = cluster.compile();

  EXPECT_EQ(route_conditions(result, "other/r"),
            "Accepted=True/Accepted ResolvedRefs=True/ResolvedRefs");
  EXPECT_EQ(route_conditions(result, "other/refused"),
            "Accepted=False/NotAllowedByListeners ResolvedRefs=True/ResolvedRefs");
}

TEST(ListenerSetRoutes, ASetThatIsNotAllowedTakesNoRoutes) {
  auto cluster = with_allowed({resource::FromNamespaces::kNone, {}});
  cluster.add(http_route("infra/r", {set_parent("near")}, {rule("/", {})}));

  EXPECT_EQ(route_conditions(cluster.compile(), "infra/r"),
            "Accepted=False/NoMatchingParent ResolvedRefs=True/ResolvedRefs");
}

}  // namespace
}  // namespace tidegate::gatewayapi
