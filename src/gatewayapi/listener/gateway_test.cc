// Gateways and their listeners, after the core and extended Gateway tests of the conformance suite.
#include <gtest/gtest.h>

#include "gatewayapi/features.h"
#include "gatewayapi/fixture/cluster.h"

namespace tidegate::gatewayapi {
namespace {

using namespace fixture;

constexpr char kGood[] =
    "Accepted=True/Accepted Programmed=True/Programmed ResolvedRefs=True/ResolvedRefs";
constexpr char kGoodListener[] =
    "Accepted=True/Accepted Programmed=True/Programmed ResolvedRefs=True/ResolvedRefs "
    "Conflicted=False/NoConflicts";

TEST(GatewayClasses, OnlyOurControllersClassHasStatusAndGateways) {
  Cluster cluster;
  cluster.add(gateway_class("foreign", "example.com/other"));
  auto foreign = gateway("infra/theirs", {listener("http", "HTTP", 80)});
  foreign.gateway_class_name = "foreign";
  cluster.add(foreign);
  cluster.add(gateway("infra/ours", {listener("http", "HTTP", 81)}));

  const Compilation& result = cluster.compile();

  ASSERT_EQ(result.statuses().gateway_classes.size(), 1U);
  EXPECT_EQ(describe(result.statuses().gateway_classes[0].conditions),
            "Accepted=True/Accepted SupportedVersion=True/SupportedVersion");
  EXPECT_EQ(gateway_conditions(result, "infra/ours"), kGood);
  EXPECT_EQ(gateway_conditions(result, "infra/theirs"), "none");
  ASSERT_EQ(result.notes().size(), 1U);
  EXPECT_EQ(result.notes()[0], "Gateway infra/theirs: class foreign is not served here");
}

TEST(GatewayClasses, ConditionsFollowTheGeneration) {
  Cluster cluster;
  cluster.add(at_generation(gateway_class("tidegate", cluster.options.controller_name), 7));

  const Compilation& result = cluster.compile();

  EXPECT_EQ(describe(result.statuses().gateway_classes[0].conditions),
            "Accepted=True/Accepted@7 SupportedVersion=True/SupportedVersion@7");
}

TEST(GatewayClasses, ParametersAndForeignCrdVersionsAreToldInStatus) {
  Cluster cluster;
  auto with_parameters = gateway_class("tidegate", cluster.options.controller_name);
  with_parameters.parameters_ref = {"example.com", "Settings", std::nullopt, "x"};
  cluster.add(with_parameters);
  cluster.options.crd_bundle_version = "v1.5.1";

  const Compilation& result = cluster.compile();

  EXPECT_EQ(describe(result.statuses().gateway_classes[0].conditions),
            "Accepted=False/InvalidParameters SupportedVersion=False/UnsupportedVersion");
}

TEST(GatewayClasses, PatchVersionsOfTheCrdsDoNotMatter) {
  Cluster cluster;
  cluster.options.crd_bundle_version = "v1.6.3-rc.1";

  EXPECT_EQ(describe(cluster.compile().statuses().gateway_classes[0].conditions),
            "Accepted=True/Accepted SupportedVersion=True/SupportedVersion");
}

TEST(GatewayClasses, TheDefaultClassIsServedWithoutAnObject) {
  Cluster cluster;
  cluster.set.gateway_classes.clear();
  cluster.options.default_class = "tidegate";
  cluster.add(gateway("infra/gw", {listener("http", "HTTP", 80)}));

  EXPECT_EQ(gateway_conditions(cluster.compile(), "infra/gw"), kGood);
}

TEST(GatewayClasses, ADefaultClassThatBelongsToAnotherControllerIsLeftAlone) {
  Cluster cluster;
  cluster.set.gateway_classes.clear();
  cluster.add(gateway_class("tidegate", "example.com/other"));
  cluster.options.default_class = "tidegate";
  cluster.add(gateway("infra/gw", {listener("http", "HTTP", 80)}));

  EXPECT_EQ(gateway_conditions(cluster.compile(), "infra/gw"), "none");
}

TEST(SupportedFeatures, AreSortedAndUniqueAndFitTheApi) {
  const auto features = supported_features();

  EXPECT_LE(features.size(), 64U);
  for (std::size_t i = 1; i < features.size(); ++i) EXPECT_LT(features[i - 1], features[i]);
}

TEST(Gateways, AListenerServesAndSaysSo) {
  Cluster cluster;
  cluster.add(at_generation(gateway("infra/gw", {listener("http", "HTTP", 80)}), 3));

  const Compilation& result = cluster.compile();

  EXPECT_EQ(
      gateway_conditions(result, "infra/gw"),
      "Accepted=True/Accepted@3 Programmed=True/Programmed@3 ResolvedRefs=True/ResolvedRefs@3");
  EXPECT_EQ(
      listener_conditions(result, "infra/gw", "http"),
      "Accepted=True/Accepted@3 Programmed=True/Programmed@3 ResolvedRefs=True/ResolvedRefs@3 "
      "Conflicted=False/NoConflicts@3");
  EXPECT_EQ(kinds(*find_listener(result, "infra/gw", "http")), "HTTPRoute,GRPCRoute");
  const auto* gateway_status = find_gateway(result, "infra/gw");
  ASSERT_EQ(gateway_status->addresses.size(), 1U);
  EXPECT_EQ(gateway_status->addresses[0], (AddressStatus{"IPAddress", "0.0.0.0"}));
  const config::Listener* served = find_config(result, "Gateway/infra/gw/http");
  ASSERT_NE(served, nullptr);
  EXPECT_EQ(served->address, "0.0.0.0");
  EXPECT_EQ(served->port, 80);
  EXPECT_EQ(served->protocol, config::ListenerProtocol::kHttp);
  EXPECT_EQ(served->gateway, "infra/gw");
}

TEST(Gateways, AnUnknownProtocolMakesItsListenerInvalid) {
  Cluster cluster;
  cluster.add(gateway("infra/only", {listener("odd", "example.com/QUIC", 80)}));
  cluster.add(gateway("infra/mixed",
                      {listener("odd", "example.com/QUIC", 81), listener("http", "HTTP", 82)}));

  const Compilation& result = cluster.compile();

  EXPECT_EQ(
      gateway_conditions(result, "infra/only"),
      "Accepted=False/ListenersNotValid Programmed=False/Invalid ResolvedRefs=True/ResolvedRefs");
  EXPECT_EQ(
      gateway_conditions(result, "infra/mixed"),
      "Accepted=True/ListenersNotValid Programmed=True/Programmed ResolvedRefs=True/ResolvedRefs");
  EXPECT_EQ(listener_conditions(result, "infra/mixed", "odd"),
            "Accepted=False/UnsupportedProtocol Programmed=False/Invalid "
            "ResolvedRefs=True/ResolvedRefs Conflicted=False/NoConflicts");
  EXPECT_EQ(kinds(*find_listener(result, "infra/mixed", "odd")), "");
  EXPECT_EQ(find_config(result, "Gateway/infra/mixed/odd"), nullptr);
}

TEST(Gateways, ParametersThatDoNotExistMakeTheGatewayInvalid) {
  Cluster cluster;
  auto object = gateway("infra/gw", {listener("http", "HTTP", 80)});
  object.infrastructure.emplace();
  object.infrastructure->parameters_ref = {"example.com", "Settings", std::nullopt, "missing"};
  cluster.add(object);

  const Compilation& result = cluster.compile();

  EXPECT_EQ(
      gateway_conditions(result, "infra/gw"),
      "Accepted=False/InvalidParameters Programmed=False/Invalid ResolvedRefs=True/ResolvedRefs");
  EXPECT_TRUE(result.document->listeners.empty());
}

TEST(Gateways, RouteKindsThatCannotAttachAreNotSupportedKinds) {
  Cluster cluster;
  auto none = listener("none", "HTTP", 80);
  none.allowed_routes.kinds = {{resource::kGatewayGroup, "InvalidRoute"}};
  auto some = listener("some", "HTTP", 81);
  some.allowed_routes.kinds = {{resource::kGatewayGroup, "InvalidRoute"},
                               {resource::kGatewayGroup, "HTTPRoute"}};
  auto foreign = listener("foreign", "HTTP", 82);
  foreign.allowed_routes.kinds = {{"example.com", "HTTPRoute"}};
  cluster.add(gateway("infra/gw", {none, some, foreign}));

  const Compilation& result = cluster.compile();

  for (const char* name : {"none", "some", "foreign"}) {
    EXPECT_EQ(
        listener_conditions(result, "infra/gw", name),
        "Accepted=True/Accepted Programmed=True/Programmed ResolvedRefs=False/InvalidRouteKinds "
        "Conflicted=False/NoConflicts")
        << name;
  }
  EXPECT_EQ(kinds(*find_listener(result, "infra/gw", "none")), "");
  EXPECT_EQ(kinds(*find_listener(result, "infra/gw", "some")), "HTTPRoute");
  EXPECT_EQ(kinds(*find_listener(result, "infra/gw", "foreign")), "");
  EXPECT_EQ(
      gateway_conditions(result, "infra/gw"),
      "Accepted=True/Accepted Programmed=True/Programmed ResolvedRefs=False/ListenersNotResolved");
}

TEST(Gateways, TlsListenersSupportOnlyTlsRoutesInBothModes) {
  Cluster cluster;
  cluster.add(tls_secret("infra/cert", {"a.example.com"}));
  auto passthrough =
      tls_listener("pass", "TLS", 443, "p.example.com", {}, resource::TlsMode::kPassthrough);
  passthrough.allowed_routes.kinds = {{resource::kGatewayGroup, "TLSRoute"},
                                      {resource::kGatewayGroup, "TCPRoute"}};
  auto terminate = tls_listener("term", "TLS", 443, "t.example.com", {"cert"});
  cluster.add(gateway("infra/gw", {passthrough, terminate}));

  const Compilation& result = cluster.compile();

  EXPECT_EQ(kinds(*find_listener(result, "infra/gw", "pass")), "TLSRoute");
  EXPECT_EQ(
      listener_conditions(result, "infra/gw", "pass"),
      "Accepted=True/Accepted Programmed=True/Programmed ResolvedRefs=False/InvalidRouteKinds "
      "Conflicted=False/NoConflicts");
  EXPECT_EQ(kinds(*find_listener(result, "infra/gw", "term")), "TLSRoute");
  EXPECT_EQ(listener_conditions(result, "infra/gw", "term"), kGoodListener);
  EXPECT_EQ(find_config(result, "Gateway/infra/gw/pass")->protocol,
            config::ListenerProtocol::kTlsPassthrough);
  EXPECT_EQ(find_config(result, "Gateway/infra/gw/term")->protocol,
            config::ListenerProtocol::kTlsTerminate);
}

TEST(Gateways, HttpsCannotPassThrough) {
  Cluster cluster;
  cluster.add(gateway(
      "infra/gw", {tls_listener("https", "HTTPS", 443, "", {}, resource::TlsMode::kPassthrough)}));

  EXPECT_EQ(find_listener(cluster.compile(), "infra/gw", "https")->conditions[0].reason,
            "UnsupportedValue");
}

TEST(Gateways, ListenersComeAndGoWithTheSpec) {
  Cluster cluster;
  cluster.add(gateway("infra/gw", {listener("http", "HTTP", 80)}));
  EXPECT_EQ(find_gateway(cluster.compile(), "infra/gw")->listeners.size(), 1U);

  cluster.add(at_generation(
      gateway("infra/gw", {listener("http", "HTTP", 80), listener("more", "HTTP", 8080)}), 2));
  const Compilation& grown = cluster.compile();
  ASSERT_EQ(find_gateway(grown, "infra/gw")->listeners.size(), 2U);
  EXPECT_EQ(find_gateway(grown, "infra/gw")->listeners[1].name, "more");
  EXPECT_EQ(find_gateway(grown, "infra/gw")->listeners[0].conditions[0].observed_generation, 2);

  cluster.add(at_generation(gateway("infra/gw", {listener("more", "HTTP", 8080)}), 3));
  const Compilation& shrunk = cluster.compile();
  ASSERT_EQ(find_gateway(shrunk, "infra/gw")->listeners.size(), 1U);
  EXPECT_EQ(find_gateway(shrunk, "infra/gw")->listeners[0].name, "more");
  EXPECT_EQ(shrunk.document->listeners.size(), 1U);
}

}  // namespace
}  // namespace tidegate::gatewayapi
