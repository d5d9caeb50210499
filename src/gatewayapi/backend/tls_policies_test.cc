// BackendTLSPolicy: what reaches the backend, and what status says at each Gateway.
#include "gatewayapi/backend/tls_policies.h"

#include <gtest/gtest.h>

#include "gatewayapi/fixture/cluster.h"

namespace tidegate::gatewayapi {
namespace {

using namespace fixture;

constexpr char kGood[] = "Accepted=True/Accepted ResolvedRefs=True/ResolvedRefs";
constexpr char kConflicted[] = "Accepted=False/Conflicted ResolvedRefs=True/ResolvedRefs";

// A Gateway, Service infra/s with ports main:8080 and alt:8443, a route to each, and a CA.
Cluster with_service() {
  Cluster cluster;
  cluster.add(gateway("infra/gw", {listener("http", "HTTP", 80)}));
  auto object = service("infra/s");
  object.ports.push_back({.name = "alt", .port = 8443});
  cluster.add(object);
  cluster.add(config_map("infra/ca", {{"ca.crt", make_certificate_pem({"ca"})}}));
  cluster.add(http_route("infra/main", {parent("gw")}, {rule("/main", {to(service_ref("s"))})}));
  cluster.add(
      http_route("infra/zalt", {parent("gw")}, {rule("/alt", {to(service_ref("s", 8443))})}));
  return cluster;
}

enum class Port : std::uint8_t { kMain, kAlt };

const config::WeightedBackend& backend_of(const Compilation& result, Port port = Port::kMain) {
  const auto& routes = find_config(result, "Gateway/infra/gw/http")->http_routes;
  return routes[port == Port::kMain ? 0 : 1]->rules->at(0).backends.at(0);
}

std::string sni_of(const Compilation& result, Port port = Port::kMain) {
  const auto& backend = backend_of(result, port).backend;
  if (!backend) return "unusable";
  return backend->tls ? backend->tls->sni : "plaintext";
}

TEST(TlsPolicies, ReEncryptWithTheHostnameAsSni) {
  auto cluster = with_service();
  auto policy = tls_policy("infra/p", "s", "abc.example.com", "ca");
  policy.validation.subject_alt_names = {
      {resource::SubjectAltName::Type::kHostname, "other.example.com"},
      {resource::SubjectAltName::Type::kUri, "spiffe://abc.example.com/test-identity"}};
  cluster.add(policy);

  const Compilation& result = cluster.compile();

  EXPECT_EQ(policy_conditions(result, "infra/p", "infra/gw"), kGood);
  const config::UpstreamTls& tls = *backend_of(result).backend->tls;
  EXPECT_EQ(tls.sni, "abc.example.com");
  EXPECT_EQ(tls.ca_pem, cluster.set.config_maps[0]->data[0].second);
  EXPECT_FALSE(tls.system_ca);
  using Kind = config::SubjectAltName::Kind;
  EXPECT_EQ(tls.subject_alt_names, (std::vector<config::SubjectAltName>{
                                       {Kind::kHostname, "other.example.com"},
                                       {Kind::kUri, "spiffe://abc.example.com/test-identity"}}));
}

TEST(TlsPolicies, SystemCertificatesNeedNoConfigMap) {
  auto cluster = with_service();
  auto policy = tls_policy("infra/p", "s", "abc.example.com", "");
  policy.validation.ca_certificate_refs.clear();
  policy.validation.well_known_ca_certificates = "System";
  cluster.add(policy);

  const Compilation& result = cluster.compile();

  EXPECT_EQ(policy_conditions(result, "infra/p", "infra/gw"), kGood);
  EXPECT_TRUE(backend_of(result).backend->tls->system_ca);
}

TEST(TlsPolicies, InvalidOnesMakeTheirTargetUnusable) {
  auto missing = tls_policy("infra/p", "s", "x", "nosuch");
  auto malformed = tls_policy("infra/p", "s", "x", "malformed");
  auto wrong_kind = tls_policy("infra/p", "s", "x", "ca");
  wrong_kind.validation.ca_certificate_refs[0].kind = "Service";
  auto unknown_set = tls_policy("infra/p", "s", "x", "");
  unknown_set.validation.ca_certificate_refs.clear();
  unknown_set.validation.well_known_ca_certificates = "example.com/own";
  auto partly = tls_policy("infra/p", "s", "x", "ca");
  partly.validation.ca_certificate_refs.push_back({"", "ConfigMap", "nosuch"});
  struct Case {
    const char* what;
    resource::BackendTlsPolicy policy;
    const char* expected;
  };
  const Case cases[] = {
      {"missing", missing,
       "Accepted=False/NoValidCACertificate ResolvedRefs=False/InvalidCACertificateRef"},
      {"malformed", malformed,
       "Accepted=False/NoValidCACertificate ResolvedRefs=False/InvalidCACertificateRef"},
      {"wrong kind", wrong_kind,
       "Accepted=False/NoValidCACertificate ResolvedRefs=False/InvalidKind"},
      {"unknown set", unknown_set, "Accepted=False/Invalid ResolvedRefs=True/ResolvedRefs"},
      {"one of two", partly, "Accepted=True/Accepted ResolvedRefs=False/InvalidCACertificateRef"},
  };
  for (const Case& c : cases) {
    auto cluster = with_service();
    cluster.add(config_map("infra/malformed", {{"ca.crt", "Hello world"}}));
    cluster.add(c.policy);
    const Compilation& result = cluster.compile();
    EXPECT_EQ(policy_conditions(result, "infra/p", "infra/gw"), c.expected) << c.what;
    EXPECT_EQ(backend_of(result).backend, nullptr) << c.what << ": never plaintext";
    EXPECT_EQ(backend_of(result).error_status, 500) << c.what;
    EXPECT_EQ(route_conditions(result, "infra/main"), kGood) << c.what;
  }
}

TEST(TlsPolicies, TheOlderWinsATarget) {
  auto cluster = with_service();
  cluster.add(aged(tls_policy("infra/a", "s", "younger", "ca"), 200));
  cluster.add(aged(tls_policy("infra/b", "s", "older", "ca"), 100));

  const Compilation& result = cluster.compile();

  EXPECT_EQ(policy_conditions(result, "infra/a", "infra/gw"), kConflicted);
  EXPECT_EQ(policy_conditions(result, "infra/b", "infra/gw"), kGood);
  EXPECT_EQ(sni_of(result), "older");
}

TEST(TlsPolicies, OfOneAgeTheFirstNameWins) {
  auto cluster = with_service();
  cluster.add(tls_policy("infra/b", "s", "second", "ca", "main"));
  cluster.add(tls_policy("infra/a", "s", "first", "ca", "main"));

  const Compilation& result = cluster.compile();

  EXPECT_EQ(policy_conditions(result, "infra/a", "infra/gw"), kGood);
  EXPECT_EQ(policy_conditions(result, "infra/b", "infra/gw"), kConflicted);
  EXPECT_EQ(sni_of(result), "first");
  EXPECT_EQ(sni_of(result, Port::kAlt), "plaintext");
}

TEST(TlsPolicies, APortsOwnComesBeforeTheServices) {
  auto cluster = with_service();
  cluster.add(tls_policy("infra/all", "s", "all", "ca"));
  cluster.add(tls_policy("infra/port", "s", "port", "ca", "main"));

  const Compilation& result = cluster.compile();

  EXPECT_EQ(policy_conditions(result, "infra/all", "infra/gw"), kGood);
  EXPECT_EQ(policy_conditions(result, "infra/port", "infra/gw"), kGood);
  EXPECT_EQ(sni_of(result), "port");
  EXPECT_EQ(sni_of(result, Port::kAlt), "all");
}

TEST(TlsPolicies, ConditionsFollowTheGeneration) {
  auto cluster = with_service();
  cluster.add(tls_policy("infra/p", "s", "x", "ca"));
  cluster.compile();
  cluster.add(at_generation(tls_policy("infra/p", "s", "y", "ca"), 2));

  const Compilation& result = cluster.compile();

  EXPECT_EQ(policy_conditions(result, "infra/p", "infra/gw"),
            "Accepted=True/Accepted@2 ResolvedRefs=True/ResolvedRefs@2");
  EXPECT_EQ(sni_of(result), "y");
}

TEST(TlsPolicies, TheCaConfigMapIsFollowed) {
  auto cluster = with_service();
  cluster.add(tls_policy("infra/p", "s", "x", "ca"));
  cluster.compile();
  const std::string fresh = make_certificate_pem({"fresh"});
  cluster.add(config_map("infra/ca", {{"ca.crt", fresh}}));
  EXPECT_EQ(backend_of(cluster.compile()).backend->tls->ca_pem, fresh);

  cluster.set.config_maps.clear();
  EXPECT_EQ(sni_of(cluster.compile()), "unusable");
}

TEST(TlsPolicies, HaveOneAncestorPerGatewayThatReachesThem) {
  auto cluster = with_service();
  cluster.add(gateway("infra/second", {listener("http", "HTTP", 81)}));
  cluster.add(gateway("infra/idle", {listener("http", "HTTP", 82)}));
  cluster.add(http_route("infra/more", {parent("second")}, {rule("/", {to(service_ref("s"))})}));
  cluster.add(tls_policy("infra/p", "s", "x", "ca", "main"));
  cluster.add(tls_policy("infra/alt", "s", "x", "ca", "alt"));
  cluster.add(tls_policy("infra/unused", "nosuch", "x", "ca"));

  const Compilation& result = cluster.compile();

  EXPECT_EQ(policy_conditions(result, "infra/p", "infra/gw"), kGood);
  EXPECT_EQ(policy_conditions(result, "infra/p", "infra/second"), kGood);
  EXPECT_EQ(policy_conditions(result, "infra/p", "infra/idle"), "none");
  EXPECT_EQ(policy_conditions(result, "infra/alt", "infra/gw"), kGood);
  EXPECT_EQ(policy_conditions(result, "infra/alt", "infra/second"), "none");
  EXPECT_EQ(policy_conditions(result, "infra/unused", "infra/gw"), "none");
}

TEST(TlsPolicies, AnUnknownPortIsATargetThatIsNotFound) {
  auto cluster = with_service();
  cluster.add(tls_policy("infra/p", "s", "x", "ca", "nosuch"));
  cluster.add(tls_policy("infra/q", "s", "y", "ca"));

  const Compilation& result = cluster.compile();

  EXPECT_EQ(sni_of(result), "y");
  EXPECT_EQ(policy_conditions(result, "infra/p", "infra/gw"),
            "Accepted=False/TargetNotFound ResolvedRefs=True/ResolvedRefs");
}

TEST(TlsPolicies, GovernTcpAndTerminatedTlsButNotWhatIsPassedThrough) {
  auto cluster = with_service();
  cluster.add(tls_secret("infra/cert", {"t.example.com"}));
  const auto passthrough =
      tls_listener("pass", "TLS", 443, "p.example.com", {}, resource::TlsMode::kPassthrough);
  cluster.add(gateway("infra/gw",
                      {listener("http", "HTTP", 80), listener("tcp", "TCP", 90),
                       tls_listener("tls", "TLS", 443, "t.example.com", {"cert"}), passthrough}));
  cluster.add(tcp_route("infra/tcp", {parent("gw")}, {{service_ref("s"), 1}}));
  cluster.add(tls_route("infra/tls", {parent("gw")}, {"t.example.com", "p.example.com"},
                        {{service_ref("s"), 1}}));
  cluster.add(tls_policy("infra/p", "s", "x", "ca"));

  const Compilation& result = cluster.compile();

  const auto tls_of = [&result](const char* listener) {
    return find_config(result, listener)->l4_routes[0]->backends[0].backend->tls;
  };
  ASSERT_NE(tls_of("Gateway/infra/gw/tcp"), nullptr);
  EXPECT_EQ(tls_of("Gateway/infra/gw/tcp")->sni, "x");
  ASSERT_NE(tls_of("Gateway/infra/gw/tls"), nullptr);
  EXPECT_EQ(tls_of("Gateway/infra/gw/tls")->sni, "x");
  EXPECT_EQ(tls_of("Gateway/infra/gw/pass"), nullptr);
}

// ---- Gateway.spec.tls.backend.clientCertificateRef

TEST(BackendClientCertificates, AreShownToTlsBackendsOfThatGatewayOnly) {
  auto cluster = with_service();
  cluster.add(tls_secret("infra/client", {"client"}));
  auto second = gateway("infra/second", {listener("http", "HTTP", 81)});
  second.tls.emplace();
  second.tls->backend_client_certificate_ref = secret_ref("client");
  cluster.add(second);
  cluster.add(http_route("infra/main", {parent("gw"), parent("second")},
                         {rule("/", {to(service_ref("s")), to(service_ref("s", 8443))})}));
  cluster.add(tls_policy("infra/p", "s", "x", "ca", "main"));

  const Compilation& result = cluster.compile();

  const auto& plain = find_config(result, "Gateway/infra/gw/http")->http_routes[0];
  const auto& shown = find_config(result, "Gateway/infra/second/http")->http_routes[0];
  EXPECT_EQ(backends_of(plain->rules->at(0)),
            (std::vector<std::string>{"Service/infra/s:8080*1", "Service/infra/s:8443*1"}));
  EXPECT_EQ(
      backends_of(shown->rules->at(0)),
      (std::vector<std::string>{"Service/infra/s:8080@infra/second*1", "Service/infra/s:8443*1"}));
  EXPECT_TRUE(plain->rules->at(0).backends[0].backend->tls->client_certificate.empty());
  EXPECT_EQ(shown->rules->at(0).backends[0].backend->tls->client_certificate.size(), 1U);
  EXPECT_EQ(plain->rules->at(0).backends[1].backend, shown->rules->at(0).backends[1].backend);
  EXPECT_EQ(result.document->backends.size(), 3U);
}

}  // namespace
}  // namespace tidegate::gatewayapi
