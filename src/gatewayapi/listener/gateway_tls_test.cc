// Certificates, client validation and backend client certificates of Gateways.
#include <gtest/gtest.h>

#include "gatewayapi/fixture/cluster.h"

namespace tidegate::gatewayapi {
namespace {

using namespace fixture;

constexpr char kUnresolved[] =
    "Accepted=True/Accepted Programmed=False/Invalid ResolvedRefs=False/InvalidCertificateRef "
    "Conflicted=False/NoConflicts";
constexpr char kNotPermitted[] =
    "Accepted=True/Accepted Programmed=False/Invalid ResolvedRefs=False/RefNotPermitted "
    "Conflicted=False/NoConflicts";
constexpr char kGoodListener[] =
    "Accepted=True/Accepted Programmed=True/Programmed ResolvedRefs=True/ResolvedRefs "
    "Conflicted=False/NoConflicts";
constexpr char kGoodGateway[] =
    "Accepted=True/Accepted Programmed=True/Programmed ResolvedRefs=True/ResolvedRefs";

Cluster with_https(const std::string& certificate) {
  Cluster cluster;
  cluster.add(gateway("infra/gw", {tls_listener("https", "HTTPS", 443, "", {certificate})}));
  return cluster;
}

TEST(GatewayCertificates, AreReadWithTheirNames) {
  auto cluster = with_https("cert");
  cluster.add(tls_secret("infra/cert", {"A.example.com", "*.example.org"}));

  const Compilation& result = cluster.compile();

  EXPECT_EQ(listener_conditions(result, "infra/gw", "https"), kGoodListener);
  const auto* listener = find_config(result, "Gateway/infra/gw/https");
  ASSERT_NE(listener, nullptr);
  ASSERT_EQ(listener->tls->certificates.size(), 1U);
  EXPECT_EQ(listener->tls->certificates[0].names,
            (std::vector<std::string>{"a.example.com", "*.example.org"}));
  EXPECT_EQ(listener->tls->min_version, "1.2");
  EXPECT_EQ(listener->tls->client_certificates, config::ClientCertificates::kIgnore);
}

TEST(GatewayCertificates, WithoutAlternativeNamesTheCommonNameCounts) {
  auto cluster = with_https("cert");
  cluster.add(tls_secret("infra/cert", {}));

  EXPECT_EQ(find_config(cluster.compile(), "Gateway/infra/gw/https")->tls->certificates[0].names,
            std::vector<std::string>{"common.example"});
}

TEST(GatewayCertificates, AMissingSecretIsAnInvalidRef) {
  auto cluster = with_https("nosuch");

  const Compilation& result = cluster.compile();

  EXPECT_EQ(listener_conditions(result, "infra/gw", "https"), kUnresolved);
  EXPECT_EQ(
      gateway_conditions(result, "infra/gw"),
      "Accepted=True/Accepted Programmed=False/Invalid ResolvedRefs=False/ListenersNotResolved");
  EXPECT_TRUE(result.document->listeners.empty());
}

TEST(GatewayCertificates, MalformedContentIsAnInvalidRef) {
  const auto good = tls_secret("infra/cert", {"a.example.com"});
  const auto other = tls_secret("infra/cert", {"a.example.com"});
  const auto value = [](const resource::SecretObject& object, std::size_t i) {
    return std::string(object.data[i].second.reveal());
  };
  struct Case {
    const char* what;
    std::string certificate;
    std::string key;
  };
  const Case cases[] = {
      {"no certificate", "Hello world", value(good, 1)},
      {"no key", value(good, 0), "Hello world"},
      {"empty", "", ""},
      {"another certificate's key", value(good, 0), value(other, 1)},
      {"a broken certificate in the chain",
       value(good, 0) + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
       value(good, 1)},
  };
  for (const Case& c : cases) {
    auto cluster = with_https("cert");
    cluster.add(secret("infra/cert", {{"tls.crt", c.certificate}, {"tls.key", c.key}}));
    EXPECT_EQ(listener_conditions(cluster.compile(), "infra/gw", "https"), kUnresolved) << c.what;
  }
}

TEST(GatewayCertificates, OtherKindsAndGroupsAreInvalidRefs) {
  auto wrong_kind = with_https("cert");
  auto wrong_group = with_https("cert");
  for (auto* cluster : {&wrong_kind, &wrong_group}) {
    cluster->add(tls_secret("infra/cert", {"a.example.com"}));
    resource::Gateway object = *cluster->set.gateways[0];
    auto& ref = object.listeners[0].tls->certificate_refs[0];
    (cluster == &wrong_kind ? ref.kind : ref.group) = "wrong";
    cluster->add(object);
    EXPECT_EQ(listener_conditions(cluster->compile(), "infra/gw", "https"), kUnresolved);
  }
}

TEST(GatewayCertificates, OneGoodCertificateOfTwoKeepsTheListenerServing) {
  Cluster cluster;
  cluster.add(gateway("infra/gw", {tls_listener("https", "HTTPS", 443, "", {"nosuch", "cert"})}));
  cluster.add(tls_secret("infra/cert", {"a.example.com"}));

  const Compilation& result = cluster.compile();

  EXPECT_EQ(listener_conditions(result, "infra/gw", "https"),
            "Accepted=True/Accepted Programmed=True/Programmed "
            "ResolvedRefs=False/InvalidCertificateRef Conflicted=False/NoConflicts");
  EXPECT_EQ(find_config(result, "Gateway/infra/gw/https")->tls->certificates.size(), 1U);
}

TEST(GatewayCertificates, AnotherNamespaceNeedsAGrantThatFits) {
  struct Case {
    const char* what;
    std::vector<resource::ReferenceGrant> grants;
    const char* expected;
  };
  auto wrong_group = grant("certs/g", "Gateway", "infra", "", "Secret");
  wrong_group.from[0].group = "example.com";
  const Case cases[] = {
      {"none", {}, kNotPermitted},
      {"all Secrets", {grant("certs/g", "Gateway", "infra", "", "Secret")}, kGoodListener},
      {"this Secret", {grant("certs/g", "Gateway", "infra", "", "Secret", "cert")}, kGoodListener},
      {"another Secret", {grant("certs/g", "Gateway", "infra", "", "Secret", "x")}, kNotPermitted},
      {"another kind", {grant("certs/g", "Gateway", "infra", "", "ConfigMap")}, kNotPermitted},
      {"another group", {grant("certs/g", "Gateway", "infra", "x.io", "Secret")}, kNotPermitted},
      {"from elsewhere", {grant("certs/g", "Gateway", "other", "", "Secret")}, kNotPermitted},
      {"from a route", {grant("certs/g", "HTTPRoute", "infra", "", "Secret")}, kNotPermitted},
      {"from another group", {wrong_group}, kNotPermitted},
      {"in the wrong place", {grant("infra/g", "Gateway", "infra", "", "Secret")}, kNotPermitted},
  };
  for (const Case& c : cases) {
    auto cluster = with_https("certs/cert");
    cluster.add(tls_secret("certs/cert", {"a.example.com"}));
    for (const auto& one : c.grants) cluster.add(one);
    EXPECT_EQ(listener_conditions(cluster.compile(), "infra/gw", "https"), c.expected) << c.what;
  }
}

TEST(GatewayCertificates, WithoutAnyAnHttpsListenerIsInvalid) {
  Cluster cluster;
  cluster.add(gateway("infra/gw", {listener("https", "HTTPS", 443)}));

  EXPECT_EQ(listener_conditions(cluster.compile(), "infra/gw", "https"), kUnresolved);
}

TEST(GatewayTlsOptions, ChooseTheOldestVersion) {
  auto cluster = with_https("cert");
  cluster.add(tls_secret("infra/cert", {"a.example.com"}));
  resource::Gateway object = *cluster.set.gateways[0];
  object.listeners[0].tls->options = {{"tidegate.dev/tls-min-version", "1.3"}};
  cluster.add(object);
  EXPECT_EQ(find_config(cluster.compile(), "Gateway/infra/gw/https")->tls->min_version, "1.3");

  object.listeners[0].tls->options = {{"tidegate.dev/tls-min-version", "1.1"}};
  cluster.add(object);
  EXPECT_EQ(find_listener(cluster.compile(), "infra/gw", "https")->conditions[0].reason,
            "UnsupportedValue");
}

// ---- spec.tls.frontend

struct Validation {
  std::vector<resource::ObjectReference> refs;
  resource::FrontendValidationMode mode = resource::FrontendValidationMode::kAllowValidOnly;
};

Cluster with_validation(const Validation& standard, const std::optional<Validation>& on_8443 = {}) {
  Cluster cluster;
  cluster.add(tls_secret("infra/cert", {"a.example.com"}));
  auto object = gateway("infra/gw", {tls_listener("https", "HTTPS", 443, "", {"cert"}),
                                     tls_listener("other", "HTTPS", 8443, "", {"cert"}),
                                     listener("http", "HTTP", 80)});
  object.tls.emplace();
  object.tls->frontend.emplace();
  object.tls->frontend->default_validation = {standard.refs, standard.mode};
  if (on_8443) {
    object.tls->frontend->per_port.push_back(
        {8443, resource::FrontendTlsValidation{on_8443->refs, on_8443->mode}});
  }
  cluster.add(object);
  return cluster;
}

TEST(FrontendValidation, DefaultAndPortHaveTheirOwnAnchors) {
  const std::string first = make_certificate_pem({"ca-1"});
  const std::string second = make_certificate_pem({"ca-2"});
  auto cluster = with_validation({{ca_ref("ca-1")}}, Validation{{ca_ref("ca-2")}});
  cluster.add(config_map("infra/ca-1", {{"ca.crt", first}}));
  cluster.add(config_map("infra/ca-2", {{"ca.crt", second}}));

  const Compilation& result = cluster.compile();

  EXPECT_EQ(gateway_conditions(result, "infra/gw"), kGoodGateway);
  const auto& https = *find_config(result, "Gateway/infra/gw/https")->tls;
  EXPECT_EQ(https.client_certificates, config::ClientCertificates::kRequire);
  EXPECT_EQ(https.client_ca_pem, first);
  EXPECT_EQ(find_config(result, "Gateway/infra/gw/other")->tls->client_ca_pem, second);
}

TEST(FrontendValidation, APortWithoutValidationAsksForNothing) {
  auto cluster = with_validation({{ca_ref("ca-1")}});
  cluster.add(config_map("infra/ca-1", {{"ca.crt", make_certificate_pem({"ca-1"})}}));
  resource::Gateway object = *cluster.set.gateways[0];
  object.tls->frontend->per_port.push_back({8443, std::nullopt});
  cluster.add(object);

  const Compilation& result = cluster.compile();

  EXPECT_EQ(find_config(result, "Gateway/infra/gw/https")->tls->client_certificates,
            config::ClientCertificates::kRequire);
  EXPECT_EQ(find_config(result, "Gateway/infra/gw/other")->tls->client_certificates,
            config::ClientCertificates::kIgnore);
}

TEST(FrontendValidation, InsecureFallbackIsToldInStatus) {
  const auto fallback = resource::FrontendValidationMode::kAllowInsecureFallback;
  auto cluster = with_validation({{ca_ref("ca-1")}, fallback});
  cluster.add(config_map("infra/ca-1", {{"ca.crt", make_certificate_pem({"ca-1"})}}));

  const Compilation& result = cluster.compile();

  EXPECT_EQ(
      gateway_conditions(result, "infra/gw"),
      std::string(kGoodGateway) + " InsecureFrontendValidationMode=True/ConfigurationChanged");
  EXPECT_EQ(find_config(result, "Gateway/infra/gw/https")->tls->client_certificates,
            config::ClientCertificates::kInsecureFallback);
}

TEST(FrontendValidation, BadAnchorsCloseHttpsAndLeaveHttpAlone) {
  auto wrong_kind = ca_ref("ca-1", "Service");
  struct Case {
    const char* what;
    resource::ObjectReference ref;
    const char* resolved_refs;
  };
  const Case cases[] = {
      {"missing", ca_ref("nosuch"), "InvalidCACertificateRef"},
      {"no ca.crt", ca_ref("empty"), "InvalidCACertificateRef"},
      {"malformed", ca_ref("malformed"), "InvalidCACertificateRef"},
      {"wrong kind", wrong_kind, "InvalidCACertificateKind"},
      {"no grant", ca_ref("certs/ca-1"), "RefNotPermitted"},
  };
  for (const Case& c : cases) {
    auto cluster = with_validation({{c.ref}});
    cluster.add(config_map("infra/empty", {}));
    cluster.add(config_map("infra/malformed", {{"ca.crt", "Hello world"}}));
    cluster.add(config_map("certs/ca-1", {{"ca.crt", make_certificate_pem({"ca-1"})}}));

    const Compilation& result = cluster.compile();

    EXPECT_EQ(listener_conditions(result, "infra/gw", "https"),
              std::string("Accepted=False/NoValidCACertificate Programmed=False/Invalid "
                          "ResolvedRefs=False/") +
                  c.resolved_refs + " Conflicted=False/NoConflicts")
        << c.what;
    EXPECT_EQ(listener_conditions(result, "infra/gw", "http"), kGoodListener) << c.what;
    EXPECT_EQ(gateway_conditions(result, "infra/gw"),
              "Accepted=True/ListenersNotValid Programmed=True/Programmed "
              "ResolvedRefs=False/ListenersNotResolved")
        << c.what;
  }
}

TEST(FrontendValidation, AGrantOpensAnotherNamespacesAnchors) {
  auto cluster = with_validation({{ca_ref("certs/ca-1")}});
  cluster.add(config_map("certs/ca-1", {{"ca.crt", make_certificate_pem({"ca-1"})}}));
  cluster.add(grant("certs/g", "Gateway", "infra", "", "ConfigMap"));

  EXPECT_EQ(listener_conditions(cluster.compile(), "infra/gw", "https"), kGoodListener);
}

TEST(FrontendValidation, OneGoodAnchorOfTwoKeepsTheListenerServing) {
  auto cluster = with_validation({{ca_ref("nosuch"), ca_ref("ca-1")}});
  cluster.add(config_map("infra/ca-1", {{"ca.crt", make_certificate_pem({"ca-1"})}}));

  EXPECT_EQ(listener_conditions(cluster.compile(), "infra/gw", "https"),
            "Accepted=True/Accepted Programmed=True/Programmed "
            "ResolvedRefs=False/InvalidCACertificateRef Conflicted=False/NoConflicts");
}

// ---- spec.tls.backend.clientCertificateRef

Cluster with_client_certificate(resource::SecretObjectReference ref) {
  Cluster cluster;
  auto object = gateway("infra/gw", {listener("http", "HTTP", 80)});
  object.tls.emplace();
  object.tls->backend_client_certificate_ref = std::move(ref);
  cluster.add(object);
  return cluster;
}

TEST(BackendClientCertificate, ProblemsAreToldOnTheGatewayAndNothingElseSuffers) {
  auto wrong_group = secret_ref("cert");
  wrong_group.group = "example.com";
  auto wrong_kind = secret_ref("cert");
  wrong_kind.kind = "ConfigMap";
  struct Case {
    const char* what;
    resource::SecretObjectReference ref;
    const char* reason;
  };
  const Case cases[] = {
      {"missing", secret_ref("nosuch"), "InvalidClientCertificateRef"},
      {"wrong group", wrong_group, "InvalidClientCertificateRef"},
      {"wrong kind", wrong_kind, "InvalidClientCertificateRef"},
      {"malformed", secret_ref("malformed"), "InvalidClientCertificateRef"},
      {"no grant", secret_ref("certs/cert"), "RefNotPermitted"},
  };
  for (const Case& c : cases) {
    auto cluster = with_client_certificate(c.ref);
    cluster.add(secret("infra/malformed", {{"tls.crt", "Hello"}, {"tls.key", "world"}}));
    cluster.add(tls_secret("certs/cert", {"client"}));

    EXPECT_EQ(gateway_conditions(cluster.compile(), "infra/gw"),
              std::string("Accepted=True/Accepted Programmed=True/Programmed ResolvedRefs=False/") +
                  c.reason)
        << c.what;
  }
}

TEST(BackendClientCertificate, AGoodOneIsResolved) {
  auto cluster = with_client_certificate(secret_ref("cert"));
  cluster.add(tls_secret("infra/cert", {"client"}));

  EXPECT_EQ(gateway_conditions(cluster.compile(), "infra/gw"), kGoodGateway);
}

}  // namespace
}  // namespace tidegate::gatewayapi
