// Our Backend kind: what the data plane gets and what its status says.
#include "gatewayapi/backend/destination.h"

#include <gtest/gtest.h>

#include "gatewayapi/fixture/cluster.h"

namespace tidegate::gatewayapi {
namespace {

using namespace fixture;
using resource::BackendPort;
using resource::BackendTls;

constexpr char kGood[] = "Accepted=True/Accepted ResolvedRefs=True/ResolvedRefs";

resource::Backend backend(std::string_view name, resource::BackendDestination destination) {
  resource::Backend object;
  object.meta = meta(name);
  object.destination = std::move(destination);
  return object;
}

resource::Backend openai() {
  auto object = backend("ai/openai", resource::FqdnDestination{"api.openai.com"});
  object.ai.emplace();
  object.ai->provider = "OpenAI";
  object.ai->models = {{"fast", "gpt-4o-mini"}, {"gpt-4o", std::nullopt}};
  object.api_key.emplace();
  object.api_key->secret_ref = secret_ref("openai");
  return object;
}

// A Gateway and a route to Backend ai/<name>.
Cluster with_backend(resource::Backend object, std::uint16_t port = 0) {
  Cluster cluster;
  cluster.add(gateway("ai/gw", {listener("http", "HTTP", 80)}));
  cluster.add(
      http_route("ai/r", {parent("gw")}, {rule("/", {to(backend_ref(object.meta.name, port))})}));
  cluster.add(std::move(object));
  return cluster;
}

const config::WeightedBackend& choice(const Compilation& result) {
  return find_config(result, "Gateway/ai/gw/http")->http_routes[0]->rules->at(0).backends.at(0);
}

std::string status_of(const Compilation& result) {
  return describe(result.statuses().backends.at(0).conditions);
}

TEST(Backends, AProviderHasTlsKeyAndModels) {
  auto cluster = with_backend(openai());
  cluster.add(secret("ai/openai", {{"api-key", "sk-test\n"}}));

  const Compilation& result = cluster.compile();

  EXPECT_EQ(status_of(result), kGood);
  EXPECT_EQ(route_conditions(result, "ai/r"), kGood);
  const config::Backend& made = *choice(result).backend;
  EXPECT_EQ(made.id, "Backend/ai/openai:443");
  EXPECT_EQ(std::get<config::Fqdn>(made.destination), (config::Fqdn{"api.openai.com", 443}));
  EXPECT_EQ(made.host, "api.openai.com");
  EXPECT_EQ(made.protocol, config::BackendProtocol::kHttp1);
  ASSERT_NE(made.tls, nullptr);
  EXPECT_EQ(made.tls->sni, "api.openai.com");
  EXPECT_TRUE(made.tls->system_ca);
  EXPECT_EQ(made.ai,
            (config::Ai{"OpenAI", std::nullopt, {{"fast", "gpt-4o-mini"}, {"gpt-4o", ""}}}));
  EXPECT_EQ(made.api_key, (config::ApiKey{"authorization", "Bearer ", Secret("sk-test")}));
  EXPECT_EQ(made.max_connections, 0U);
  EXPECT_EQ(result.document->backends.size(), 1U);
}

TEST(Backends, LimitOfConnectionsIsTaken) {
  auto object = openai();
  object.limits.max_connections = 8;
  auto cluster = with_backend(object);
  cluster.add(secret("ai/openai", {{"api-key", "k"}}));
  EXPECT_EQ(choice(cluster.compile()).backend->max_connections, 8U);
}

TEST(Backends, AnthropicWantsItsOwnHeader) {
  auto object = openai();
  object.ai->dialect = resource::BackendAi::Dialect::kAnthropic;
  auto cluster = with_backend(object);
  cluster.add(secret("ai/openai", {{"api-key", "k"}}));
  EXPECT_EQ(choice(cluster.compile()).backend->api_key,
            (config::ApiKey{"x-api-key", "", Secret("k")}));

  object.api_key->header = "api-key";
  object.api_key->prefix = "Key ";
  cluster.add(object);
  EXPECT_EQ(choice(cluster.compile()).backend->api_key,
            (config::ApiKey{"api-key", "Key ", Secret("k")}));
}

TEST(Backends, WithoutTheirKeyTheyAnswer500AndSayWhy) {
  auto elsewhere = openai();
  elsewhere.api_key->secret_ref = secret_ref("vault/openai");
  auto other_key = openai();
  other_key.api_key->key = "nosuch";
  struct Case {
    const char* what;
    resource::Backend object;
    const char* expected;
  };
  const Case cases[] = {
      {"missing key", other_key, "Accepted=True/Accepted ResolvedRefs=False/SecretNotFound"},
      {"no grant", elsewhere, "Accepted=True/Accepted ResolvedRefs=False/RefNotPermitted"},
  };
  for (const Case& c : cases) {
    auto cluster = with_backend(c.object);
    cluster.add(secret("ai/openai", {{"api-key", "k"}}));
    cluster.add(secret("vault/openai", {{"api-key", "k"}}));
    const Compilation& result = cluster.compile();
    EXPECT_EQ(status_of(result), c.expected) << c.what;
    EXPECT_EQ(choice(result).backend, nullptr);
    EXPECT_EQ(choice(result).error_status, 500);
    EXPECT_EQ(route_conditions(result, "ai/r"), kGood) << "the Backend itself was found";
  }
}

TEST(Backends, AKeyThatArrivesHealsThem) {
  auto cluster = with_backend(openai());
  EXPECT_EQ(status_of(cluster.compile()),
            "Accepted=True/Accepted ResolvedRefs=False/SecretNotFound");

  cluster.add(secret("ai/openai", {{"api-key", "k"}}));
  const Compilation& healed = cluster.compile();

  EXPECT_EQ(status_of(healed), kGood);
  EXPECT_NE(choice(healed).backend, nullptr);
}

TEST(Backends, AGrantOpensAKeyElsewhere) {
  auto object = openai();
  object.api_key->secret_ref = secret_ref("vault/openai");
  auto cluster = with_backend(object);
  cluster.add(secret("vault/openai", {{"api-key", "k"}}));
  auto allow = grant("vault/g", "Backend", "ai", "", "Secret");
  allow.from[0].group = resource::kTidegateGroup;
  cluster.add(allow);

  EXPECT_EQ(status_of(cluster.compile()), kGood);
}

TEST(Backends, ClusterInternalNamesAreRefused) {
  for (const char* name : {"svc.cluster.local", "x.ns.svc.cluster.local", "x.ns.svc",
                           "cluster.local", "x.cluster.local."}) {
    auto cluster = with_backend(backend("ai/b", resource::FqdnDestination{name}));
    const Compilation& result = cluster.compile();
    EXPECT_EQ(status_of(result), "Accepted=False/UnsupportedValue ResolvedRefs=True/ResolvedRefs");
    EXPECT_EQ(choice(result).error_status, 500) << name;
  }
}

TEST(Backends, DestinationsThatMakeNoSenseAreInvalid) {
  auto no_port = backend("ai/b", resource::IpDestination{{"192.0.2.1"}});
  auto no_ip = backend("ai/b", resource::IpDestination{{"host"}});
  no_ip.ports = {{.number = 80}};
  auto ip_as_name = backend("ai/b", resource::FqdnDestination{"192.0.2.1"});
  auto nameless_tls = backend("ai/b", resource::IpDestination{{"192.0.2.1"}});
  nameless_tls.ports = {{.number = 443, .tls = BackendTls{.mode = BackendTls::Mode::kSimple}}};
  for (const auto& object : {no_port, no_ip, ip_as_name, nameless_tls}) {
    auto cluster = with_backend(object);
    EXPECT_EQ(status_of(cluster.compile()),
              "Accepted=False/Invalid ResolvedRefs=True/ResolvedRefs");
  }
}

TEST(Backends, PortsAreChosenByNumber) {
  auto object = backend("ai/b", resource::FqdnDestination{"api.example.com"});
  object.ports = {
      {.number = 8443, .protocol = BackendPort::Protocol::kHttp2}, {.number = 80}, {.number = 443}};
  struct Case {
    std::uint16_t port;
    const char* id;
    const char* host;
    bool tls;
  };
  const Case cases[] = {{0, "Backend/ai/b:8443", "api.example.com:8443", false},
                        {80, "Backend/ai/b:80", "api.example.com", false},
                        {443, "Backend/ai/b:443", "api.example.com", true}};
  for (const Case& c : cases) {
    auto cluster = with_backend(object, c.port);
    const Compilation& result = cluster.compile();
    EXPECT_EQ(choice(result).backend->id, c.id);
    EXPECT_EQ(choice(result).backend->host, c.host);
    EXPECT_EQ(choice(result).backend->tls != nullptr, c.tls);
  }
  auto cluster = with_backend(object, 9);
  EXPECT_EQ(route_conditions(cluster.compile(), "ai/r"),
            "Accepted=True/Accepted ResolvedRefs=False/BackendNotFound");
}

TEST(Backends, AddressesAreEndpointsAndKeepTheClientsHost) {
  auto object = backend("ai/b", resource::IpDestination{{"192.0.2.1", "2001:db8::1"}});
  object.ports = {{.number = 8000}};
  auto cluster = with_backend(object);

  const config::Backend& made = *choice(cluster.compile()).backend;

  EXPECT_EQ(std::get<std::vector<config::Endpoint>>(made.destination),
            (std::vector<config::Endpoint>{{"192.0.2.1", 8000}, {"2001:db8::1", 8000}}));
  EXPECT_EQ(made.host, "");
  EXPECT_EQ(made.tls, nullptr);
}

TEST(Backends, MutualTlsShowsACertificate) {
  auto object = backend("ai/b", resource::FqdnDestination{"api.example.com"});
  BackendTls tls;
  tls.mode = BackendTls::Mode::kMutual;
  tls.sni = "other.example.com";
  tls.ca_bundle_refs = {ca_ref("ca")};
  tls.client_certificate_ref = secret_ref("client");
  tls.subject_alt_names = {"alt.example.com", "spiffe://x/y"};
  object.ports = {{.number = 8443, .tls = tls}};
  auto cluster = with_backend(object);
  EXPECT_EQ(status_of(cluster.compile()),
            "Accepted=True/Accepted ResolvedRefs=False/InvalidCACertificateRef");

  cluster.add(config_map("ai/ca", {{"ca.crt", make_certificate_pem({"ca"})}}));
  EXPECT_EQ(status_of(cluster.compile()),
            "Accepted=True/Accepted ResolvedRefs=False/InvalidClientCertificateRef");

  cluster.add(tls_secret("ai/client", {"client"}));
  const Compilation& result = cluster.compile();
  EXPECT_EQ(status_of(result), kGood);
  const config::UpstreamTls& made = *choice(result).backend->tls;
  EXPECT_EQ(made.sni, "other.example.com");
  EXPECT_FALSE(made.system_ca);
  EXPECT_EQ(made.client_certificate.size(), 1U);
  ASSERT_EQ(made.subject_alt_names.size(), 2U);
  EXPECT_EQ(made.subject_alt_names[1].kind, config::SubjectAltName::Kind::kUri);
}

TEST(Backends, TlsPolicyReachesTheDataPlane) {
  auto object = backend("ai/b", resource::FqdnDestination{"api.example.com"});
  BackendTls tls;
  tls.mode = BackendTls::Mode::kSimple;
  tls.ca_bundle_refs = {ca_ref("ca"), ca_ref("next-ca")};
  tls.crl_ref = ca_ref("ca");
  tls.pinned_keys = {"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="};
  tls.min_version = "1.3";
  object.ports = {{.number = 443, .tls = tls}};
  auto cluster = with_backend(object);
  const std::string authority = make_certificate_pem({"ca"});
  cluster.add(config_map("ai/next-ca", {{"ca.crt", make_certificate_pem({"next"})}}));
  cluster.add(config_map("ai/ca", {{"ca.crt", authority}, {"ca.crl", "no list"}}));
  EXPECT_EQ(status_of(cluster.compile()),
            "Accepted=True/Accepted ResolvedRefs=False/InvalidCACertificateRef");

  object.ports.front().tls->crl_ref.reset();
  cluster.add(object);
  const config::UpstreamTls& made = *choice(cluster.compile()).backend->tls;

  EXPECT_TRUE(made.ca_pem.starts_with(authority));
  EXPECT_GT(made.ca_pem.size(), authority.size() + 100);
  EXPECT_EQ(made.pinned_keys, std::vector<std::string>{std::string(32, '\0')});
  EXPECT_EQ(made.min_version, "1.3");
}

TEST(Backends, NamesAreResolvedAsTheBackendSays) {
  auto object = backend("ai/b", resource::FqdnDestination{"api.example.com"});
  object.dns.emplace();
  object.dns->resolvers = {"192.0.2.53", "[2001:db8::53]:5353"};
  object.dns->address_policy = resource::BackendDns::AddressPolicy::kAny;
  object.dns->min_ttl = std::chrono::minutes(10);
  auto cluster = with_backend(object);

  const config::Dns& made = choice(cluster.compile()).backend->dns;

  EXPECT_EQ(made.servers, "192.0.2.53,[2001:db8::53]:5353");
  EXPECT_EQ(made.address_policy, config::AddressPolicy::kAny);
  EXPECT_EQ(made.min_ttl, std::chrono::minutes(10));
  EXPECT_EQ(made.max_ttl, std::chrono::minutes(10));
  EXPECT_TRUE(made.reverse_names.empty());
}

TEST(Backends, AddressesMustBeOfTheHostnameOrOfNamesThatAreWanted) {
  auto object = backend("ai/b", resource::FqdnDestination{"api.example.com"});
  object.dns.emplace();
  object.dns->reverse_check = true;
  auto cluster = with_backend(object);
  EXPECT_EQ(choice(cluster.compile()).backend->dns.reverse_names,
            std::vector<std::string>{"api.example.com"});

  object.dns->reverse_names = {"*.example.net"};
  cluster.add(object);
  EXPECT_EQ(choice(cluster.compile()).backend->dns.reverse_names,
            std::vector<std::string>{"*.example.net"});
}

resource::Backend of_service(std::string_view name, std::string service) {
  resource::ServiceDestination destination;
  destination.name = std::move(service);
  destination.port = 8080;
  return backend(name, destination);
}

TEST(Backends, AServiceGivesItsEndpointsAndFollowsIt) {
  auto cluster = with_backend(of_service("ai/b", "s"));
  cluster.add(service("ai/s"));
  cluster.add(slice("ai/s", {"10.0.0.1"}, 3000));
  const config::Backend& made = *choice(cluster.compile()).backend;
  EXPECT_EQ(made.id, "Backend/ai/b:8080");
  const auto& endpoints = std::get<std::vector<config::Endpoint>>(made.destination);
  ASSERT_EQ(endpoints.size(), 1U);
  EXPECT_EQ(endpoints[0].address, "10.0.0.1");

  cluster.add(slice("ai/s", {"10.0.0.2", "10.0.0.3"}, 3000));
  const auto& later = *choice(cluster.compile()).backend;
  EXPECT_EQ(std::get<std::vector<config::Endpoint>>(later.destination).size(), 2U);
}

TEST(Backends, AServiceElsewhereNeedsAGrant) {
  auto object = of_service("ai/b", "s");
  std::get<resource::ServiceDestination>(object.destination).namespace_ = "models";
  auto cluster = with_backend(object);
  cluster.add(service("models/s"));
  cluster.add(slice("models/s", {"10.0.0.1"}, 3000));
  const Compilation& refused = cluster.compile();
  EXPECT_EQ(status_of(refused), "Accepted=True/Accepted ResolvedRefs=False/RefNotPermitted");
  EXPECT_EQ(choice(refused).backend, nullptr);
  EXPECT_EQ(choice(refused).error_status, 500);

  auto permission = grant("models/g", "Backend", "ai", "", "Service");
  permission.from.front().group = resource::kTidegateGroup;
  cluster.add(permission);
  const Compilation& allowed = cluster.compile();
  EXPECT_EQ(status_of(allowed), kGood);
  EXPECT_NE(choice(allowed).backend, nullptr);
}

TEST(Backends, AServiceThatIsNotThereOrHasNoSuchPortIsTold) {
  auto cluster = with_backend(of_service("ai/b", "s"));
  EXPECT_EQ(status_of(cluster.compile()),
            "Accepted=True/Accepted ResolvedRefs=False/BackendNotFound");
  auto other = of_service("ai/b", "s");
  std::get<resource::ServiceDestination>(other.destination).port = 81;
  cluster.add(other);
  cluster.add(service("ai/s"));
  EXPECT_EQ(status_of(cluster.compile()),
            "Accepted=True/Accepted ResolvedRefs=False/BackendNotFound");
}

TEST(Backends, UnknownExtensionsAreRefusedSoThatNothingIsLeftOut) {
  auto object = backend("ai/b", resource::FqdnDestination{"api.example.com"});
  object.extensions = {{"guard", "Guard"}};
  auto cluster = with_backend(object);
  const Compilation& result = cluster.compile();
  EXPECT_EQ(status_of(result), "Accepted=False/UnsupportedValue ResolvedRefs=True/ResolvedRefs");
  EXPECT_EQ(choice(result).error_status, 500);
}

TEST(Backends, OptionsOfMcpAreRefusedSinceNothingWouldComeOfThem) {
  auto object = backend("ai/b", resource::FqdnDestination{"tools.example.com"});
  object.ports = {{.number = 443, .protocol = resource::BackendPort::Protocol::kMcp}};
  auto cluster = with_backend(object);
  EXPECT_EQ(status_of(cluster.compile()), kGood);

  object.ports[0].mcp.emplace();
  cluster.add(object);
  const Compilation& result = cluster.compile();
  EXPECT_EQ(status_of(result), "Accepted=False/UnsupportedValue ResolvedRefs=True/ResolvedRefs");
  EXPECT_EQ(choice(result).error_status, 500);
}

TEST(Backends, AProviderThatNobodyKnowsIsRefusedUnlessItsDialectIsGiven) {
  auto object = backend("ai/b", resource::FqdnDestination{"models.example.com"});
  object.ai.emplace();
  object.ai->provider = "Gemini";
  auto cluster = with_backend(object);
  const Compilation& unknown = cluster.compile();
  EXPECT_EQ(status_of(unknown), "Accepted=False/UnsupportedValue ResolvedRefs=True/ResolvedRefs");
  EXPECT_EQ(choice(unknown).error_status, 500);

  object.ai->dialect = resource::BackendAi::Dialect::kGemini;
  cluster.add(object);
  EXPECT_EQ(status_of(cluster.compile()), kGood);
}

TEST(Backends, AForwardProxyHasItsCredentialsOrTheBackendIsNotUsed) {
  auto object = backend("ai/b", resource::FqdnDestination{"api.example.com"});
  object.proxy.emplace();
  object.proxy->host = "proxy.example";
  object.proxy->port = 3128;
  object.proxy->credentials_ref = secret_ref("proxy");
  object.parent = true;
  auto cluster = with_backend(object);
  const Compilation& missing = cluster.compile();
  EXPECT_EQ(status_of(missing), "Accepted=True/Accepted ResolvedRefs=False/SecretNotFound");
  EXPECT_EQ(choice(missing).error_status, 500);

  cluster.add(secret("ai/proxy", {{"username", "user"}, {"password", "pass:word"}}));
  const Compilation& found = cluster.compile();
  EXPECT_EQ(status_of(found), kGood);
  EXPECT_EQ(choice(found).backend->proxy,
            (config::ForwardProxy{"proxy.example", 3128, Secret("Basic dXNlcjpwYXNzOndvcmQ=")}));
  EXPECT_TRUE(choice(found).backend->parent);
}

resource::Backend x_backend(std::string_view name, resource::BackendDestination destination) {
  auto object = backend(name, std::move(destination));
  object.kind = resource::Backend::Kind::kXBackendDestination;
  object.ports.push_back({.number = 8080});
  return object;
}

resource::BackendObjectReference x_backend_ref(std::string name) {
  auto ref = backend_ref(std::move(name), 0);
  ref.group = resource::kAiNetworkingGroup;
  ref.kind = "XBackendDestination";
  return ref;
}

TEST(Backends, AnXBackendDestinationIsReferredToByItsOwnKind) {
  Cluster cluster;
  cluster.add(gateway("ai/gw", {listener("http", "HTTP", 80)}));
  cluster.add(http_route("ai/r", {parent("gw")}, {rule("/", {to(x_backend_ref("b"))})}));
  cluster.add(x_backend("ai/b", resource::FqdnDestination{"api.example.com"}));
  const Compilation& found = cluster.compile();
  EXPECT_EQ(route_conditions(found, "ai/r"), kGood);
  EXPECT_EQ(found.statuses().backends.at(0).kind, "XBackendDestination");
  ASSERT_NE(choice(found).backend, nullptr);
  EXPECT_EQ(choice(found).backend->id, "XBackendDestination/ai/b:8080");

  cluster.add(http_route("ai/r", {parent("gw")}, {rule("/", {to(backend_ref("b", 0))})}));
  const Compilation& other = cluster.compile();
  EXPECT_EQ(route_conditions(other, "ai/r"),
            "Accepted=True/Accepted ResolvedRefs=False/BackendNotFound");
  EXPECT_EQ(choice(other).backend, nullptr);
  EXPECT_EQ(choice(other).error_status, 500);
}

TEST(Backends, BothKindsMayHaveOneName) {
  Cluster cluster;
  cluster.add(gateway("ai/gw", {listener("http", "HTTP", 80)}));
  cluster.add(http_route("ai/r", {parent("gw")},
                         {rule("/", {to(x_backend_ref("b")), to(backend_ref("b", 0))})}));
  const auto object = x_backend("ai/b", resource::FqdnDestination{"api.example.com"});
  cluster.set.backends.push_back(std::make_shared<const resource::Backend>(object));
  const auto other = backend("ai/b", resource::FqdnDestination{"other.example.com"});
  cluster.set.backends.push_back(std::make_shared<const resource::Backend>(other));
  const Compilation& found = cluster.compile();
  EXPECT_EQ(route_conditions(found, "ai/r"), kGood);
  ASSERT_EQ(found.document->backends.size(), 2U);
  EXPECT_EQ(found.document->backends[0]->host, "api.example.com:8080");
  EXPECT_EQ(found.document->backends[1]->host, "other.example.com");
}

TEST(Backends, GrantsKnowAnXBackendDestinationByItsOwnKind) {
  auto object = x_backend("ai/b", resource::FqdnDestination{"api.example.com"});
  object.api_key.emplace();
  object.api_key->secret_ref = secret_ref("vault/openai");
  object.api_key->key = "api-key";
  Cluster cluster;
  cluster.add(object);
  cluster.add(secret("vault/openai", {{"api-key", "k"}}));
  auto allow = grant("vault/g", "Backend", "ai", "", "Secret");
  allow.from[0].group = resource::kTidegateGroup;
  cluster.add(allow);
  EXPECT_EQ(status_of(cluster.compile()),
            "Accepted=True/Accepted ResolvedRefs=False/RefNotPermitted");

  allow.from[0].group = resource::kAiNetworkingGroup;
  allow.from[0].kind = "XBackendDestination";
  cluster.add(allow);
  EXPECT_EQ(status_of(cluster.compile()), kGood);
}

TEST(Backends, TheSimulatorTakesItsSettingsAndModels) {
  resource::SimulatorDestination simulator;
  simulator.inter_token_delay = std::chrono::milliseconds(5);
  auto object = backend("ai/sim", simulator);
  object.ai.emplace();
  object.ai->provider = "Simulator";
  object.ai->models = {{"fast", "sim-1"}};
  auto cluster = with_backend(object, 80);

  const config::Backend& made = *choice(cluster.compile()).backend;

  EXPECT_EQ(made.id, "Backend/ai/sim");
  const auto& settings = std::get<config::SimulatorSettings>(made.destination);
  EXPECT_EQ(settings.inter_token_delay, std::chrono::milliseconds(5));
  EXPECT_EQ(settings.output_tokens, config::SimulatorSettings{}.output_tokens);
  EXPECT_EQ(settings.models, std::vector<std::string>{"sim-1"});
}

TEST(Backends, InAnotherNamespaceNeedAGrant) {
  auto cluster = with_backend(openai());
  cluster.add(secret("ai/openai", {{"api-key", "k"}}));
  cluster.add(gateway("web/gw", {listener("http", "HTTP", 81)}));
  cluster.add(http_route("web/r", {parent("gw")}, {rule("/", {to(backend_ref("ai/openai"))})}));
  EXPECT_EQ(route_conditions(cluster.compile(), "web/r"),
            "Accepted=True/Accepted ResolvedRefs=False/RefNotPermitted");

  cluster.add(grant("ai/g", "HTTPRoute", "web", resource::kTidegateGroup, "Backend"));
  EXPECT_EQ(route_conditions(cluster.compile(), "web/r"), kGood);
}

TEST(Backends, CarryOnlyWhatTheirPortSpeaks) {
  auto tcp = backend("ai/b", resource::IpDestination{{"192.0.2.1"}});
  tcp.ports = {{.number = 5432, .protocol = BackendPort::Protocol::kTcp}};
  auto cluster = with_backend(tcp);
  cluster.add(gateway("ai/gw", {listener("http", "HTTP", 80), listener("tcp", "TCP", 90)}));
  cluster.add(tcp_route("ai/t", {parent("gw")}, {{backend_ref("b"), 1}}));

  const Compilation& result = cluster.compile();

  EXPECT_EQ(route_conditions(result, "ai/r"),
            "Accepted=True/Accepted ResolvedRefs=False/UnsupportedProtocol");
  EXPECT_EQ(route_conditions(result, "ai/t"), kGood);
}

}  // namespace
}  // namespace tidegate::gatewayapi
