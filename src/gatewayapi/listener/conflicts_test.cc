// Listeners that exclude each other, within a Gateway and between it and its ListenerSets.
#include <gtest/gtest.h>

#include "gatewayapi/fixture/cluster.h"

namespace tidegate::gatewayapi {
namespace {

using namespace fixture;

std::string verdict(const Compilation& result, std::string_view owner, std::string_view name) {
  const auto* listener = find_listener(result, owner, name);
  if (listener == nullptr) return "none";
  const auto* accepted = find_condition(listener->conditions, ConditionType::kAccepted);
  const auto* programmed = find_condition(listener->conditions, ConditionType::kProgrammed);
  const auto* conflicted = find_condition(listener->conditions, ConditionType::kConflicted);
  EXPECT_EQ(accepted->status == ConditionStatus::kTrue,
            conflicted->status == ConditionStatus::kFalse);
  if (accepted->status != ConditionStatus::kTrue) {
    EXPECT_EQ(programmed->reason, accepted->reason);
    EXPECT_EQ(conflicted->reason, accepted->reason);
  }
  return std::string(accepted->reason);
}

TEST(ListenerConflicts, WithinAGatewayNobodyWins) {
  struct Case {
    const char* what;
    std::vector<resource::Listener> listeners;
    std::vector<const char*> expected;
  };
  const auto pass = [](const char* name, const char* hostname) {
    return tls_listener(name, "TLS", 443, hostname, {}, resource::TlsMode::kPassthrough);
  };
  const auto https = [](const char* name, const char* hostname) {
    return tls_listener(name, "HTTPS", 443, hostname, {"cert"});
  };
  const Case cases[] = {
      {"same hostname",
       {listener("a", "HTTP", 80, "x.example"), listener("b", "HTTP", 80, "x.example")},
       {"HostnameConflict", "HostnameConflict"}},
      {"no hostname twice",
       {listener("a", "HTTP", 80), listener("b", "HTTP", 80),
        listener("c", "HTTP", 80, "c.example")},
       {"HostnameConflict", "HostnameConflict", "Accepted"}},
      {"other hostname",
       {listener("a", "HTTP", 80, "x.example"), listener("b", "HTTP", 80)},
       {"Accepted", "Accepted"}},
      {"other port",
       {listener("a", "HTTP", 80), listener("b", "HTTP", 81)},
       {"Accepted", "Accepted"}},
      {"HTTP and TCP",
       {listener("a", "HTTP", 80), listener("b", "TCP", 80)},
       {"ProtocolConflict", "ProtocolConflict"}},
      {"HTTP and HTTPS",
       {listener("a", "HTTP", 443), https("b", "")},
       {"ProtocolConflict", "ProtocolConflict"}},
      {"TCP twice",
       {listener("a", "TCP", 90), listener("b", "TCP", 90)},
       {"ProtocolConflict", "ProtocolConflict"}},
      {"TCP and UDP",
       {listener("a", "TCP", 53), listener("b", "UDP", 53)},
       {"Accepted", "Accepted"}},
      {"HTTPS and TLS by SNI",
       {https("a", "a.example"), pass("b", "b.example")},
       {"Accepted", "Accepted"}},
      {"HTTPS and TLS of one name",
       {https("a", "a.example"), pass("b", "a.example")},
       {"HostnameConflict", "HostnameConflict"}},
      {"Terminate and Passthrough by SNI",
       {tls_listener("a", "TLS", 443, "a.example", {"cert"}), pass("b", "b.example")},
       {"Accepted", "Accepted"}},
  };
  for (const Case& c : cases) {
    Cluster cluster;
    cluster.add(tls_secret("infra/cert", {"x.example"}));
    cluster.add(gateway("infra/gw", c.listeners));
    const Compilation& result = cluster.compile();
    for (std::size_t i = 0; i < c.expected.size(); ++i) {
      EXPECT_EQ(verdict(result, "infra/gw", c.listeners[i].name), c.expected[i])
          << c.what << " " << c.listeners[i].name;
    }
  }
}

resource::Gateway open_to_sets(std::vector<resource::Listener> listeners) {
  auto object = gateway("infra/gw", std::move(listeners));
  object.allowed_listeners.from = resource::FromNamespaces::kSame;
  return object;
}

// The shape of ListenerSetHostnameConflict and ListenerSetProtocolConflict: two sets against the
// Gateway, two against an older set.
Cluster conflict_cluster(const resource::Listener& with_gateway,
                         const resource::Listener& with_set) {
  Cluster cluster;
  cluster.add(open_to_sets({listener("gateway", "HTTP", 80, "gateway.com"),
                            listener("with-gateway", "HTTP", 80, "with-gateway.com")}));
  cluster.add(aged(listener_set("infra/ls-1", "gw",
                                {listener("own-1", "HTTP", 80, "own-1.com"), with_gateway,
                                 listener("with-set", "HTTP", 80, "with-set.com")}),
                   101));
  cluster.add(aged(listener_set("infra/ls-2", "gw", {with_gateway}), 102));
  cluster.add(
      aged(listener_set("infra/ls-3", "gw", {listener("own-3", "HTTP", 80, "own-3.com"), with_set}),
           103));
  cluster.add(aged(listener_set("infra/ls-4", "gw", {with_set}), 104));
  return cluster;
}

void expect_precedence(const Compilation& result, const char* reason) {
  EXPECT_EQ(verdict(result, "infra/gw", "gateway"), "Accepted");
  EXPECT_EQ(verdict(result, "infra/gw", "with-gateway"), "Accepted");
  EXPECT_EQ(verdict(result, "infra/ls-1", "own-1"), "Accepted");
  EXPECT_EQ(verdict(result, "infra/ls-1", "with-gateway"), reason);
  EXPECT_EQ(verdict(result, "infra/ls-1", "with-set"), "Accepted");
  EXPECT_EQ(verdict(result, "infra/ls-2", "with-gateway"), reason);
  EXPECT_EQ(verdict(result, "infra/ls-3", "own-3"), "Accepted");
  EXPECT_EQ(verdict(result, "infra/ls-3", "with-set"), reason);
  EXPECT_EQ(verdict(result, "infra/ls-4", "with-set"), reason);
  for (const char* good : {"infra/ls-1", "infra/ls-3"}) {
    EXPECT_EQ(set_conditions(result, good),
              "Accepted=True/ListenersNotValid Programmed=True/Programmed");
  }
  for (const char* bad : {"infra/ls-2", "infra/ls-4"}) {
    EXPECT_EQ(set_conditions(result, bad),
              "Accepted=False/ListenersNotValid Programmed=False/ListenersNotValid");
  }
  EXPECT_EQ(find_gateway(result, "infra/gw")->attached_listener_sets, 2U);
}

TEST(ListenerConflicts, TheGatewayThenTheOlderSetKeepAHostname) {
  auto cluster = conflict_cluster(listener("with-gateway", "HTTP", 80, "with-gateway.com"),
                                  listener("with-set", "HTTP", 80, "with-set.com"));

  expect_precedence(cluster.compile(), "HostnameConflict");
}

TEST(ListenerConflicts, TheGatewayThenTheOlderSetKeepAProtocol) {
  auto cluster =
      conflict_cluster(listener("with-gateway", "TCP", 80), listener("with-set", "TCP", 80));

  expect_precedence(cluster.compile(), "ProtocolConflict");
}

TEST(ListenerConflicts, SetsOfOneAgeGoByNamespaceAndName) {
  Cluster cluster;
  cluster.add(open_to_sets({listener("http", "HTTP", 80)}));
  cluster.add(listener_set("infra/b", "gw", {listener("x", "HTTP", 81)}));
  cluster.add(listener_set("infra/a", "gw", {listener("x", "HTTP", 81)}));

  const Compilation& result = cluster.compile();

  EXPECT_EQ(verdict(result, "infra/a", "x"), "Accepted");
  EXPECT_EQ(verdict(result, "infra/b", "x"), "HostnameConflict");
}

TEST(ListenerConflicts, ALosersOtherPortIsFreeForYoungerSets) {
  Cluster cluster;
  cluster.add(open_to_sets({listener("http", "HTTP", 80)}));
  cluster.add(aged(listener_set("infra/a", "gw", {listener("x", "TCP", 80)}), 101));
  cluster.add(aged(listener_set("infra/b", "gw", {listener("y", "HTTP", 80, "y.example")}), 102));

  EXPECT_EQ(verdict(cluster.compile(), "infra/b", "y"), "Accepted");
}

TEST(OverlappingHostnames, AreToldOnEveryHttpsListenerConcerned) {
  Cluster cluster;
  cluster.add(tls_secret("infra/cert", {"example.com"}));
  cluster.add(gateway("infra/gw", {tls_listener("a", "HTTPS", 443, "foo.example.com", {"cert"}),
                                   tls_listener("b", "HTTPS", 443, "foo.example.org", {"cert"}),
                                   tls_listener("c", "HTTPS", 443, "*.example.com", {"cert"})}));

  const Compilation& result = cluster.compile();

  const auto overlapping = [&](const char* name) {
    return find_condition(find_listener(result, "infra/gw", name)->conditions,
                          ConditionType::kOverlappingTlsConfig) != nullptr;
  };
  EXPECT_TRUE(overlapping("a"));
  EXPECT_FALSE(overlapping("b"));
  EXPECT_TRUE(overlapping("c"));
}

}  // namespace
}  // namespace tidegate::gatewayapi
