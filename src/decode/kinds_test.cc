// Every kind but routes decodes a full example, with its defaults.
#include <gmock/gmock.h>

#include <chrono>
#include <string>
#include <string_view>
#include <variant>

#include "decode/decode_harness.h"

namespace tidegate::decode {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::Pair;
using ::testing::SizeIs;

TEST(DecodeGateway, ReadsEveryField) {
  const auto outcome = decode_text(R"(
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge}
spec:
  gatewayClassName: tidegate
  defaultScope: All
  addresses:
  - {value: 192.0.2.1}
  - {type: Hostname, value: gw.example.com}
  - {type: example.com/pool, value: x}
  - {type: IPAddress}
  infrastructure:
    labels: {a: b}
    annotations: {example.com/c: d}
    parametersRef: {group: tidegate.dev, kind: GatewayParameters, name: p}
  allowedListeners:
    namespaces: {from: Selector, selector: {matchLabels: {x: y}}}
  tls:
    backend: {clientCertificateRef: {name: client}}
    frontend:
      default:
        validation: {caCertificateRefs: [{group: "", kind: ConfigMap, name: ca}]}
      perPort:
      - port: 8443
        tls:
          validation:
            caCertificateRefs: [{group: "", kind: Secret, name: ca, namespace: certs}]
            mode: AllowInsecureFallback
  listeners:
  - {name: http, port: 80, protocol: HTTP}
  - name: https
    hostname: "*.example.com"
    port: 443
    protocol: HTTPS
    tls:
      certificateRefs: [{name: cert, namespace: certs}]
      options: {example.com/min-version: "1.3"}
    allowedRoutes:
      namespaces:
        from: Selector
        selector:
          matchExpressions:
          - {key: team, operator: In, values: [a, b]}
          - {key: legacy, operator: DoesNotExist}
      kinds: [{kind: HTTPRoute}]
  - {name: pass, port: 8443, protocol: TLS, tls: {mode: Passthrough}}
  - {name: tcp, port: 5432, protocol: TCP, allowedRoutes: {namespaces: {from: All}}}
)");
  ASSERT_EQ(outcome.problems, "");
  const auto& gateway = *outcome.set.gateways.at(0);
  EXPECT_EQ(gateway.gateway_class_name, "tidegate");
  EXPECT_EQ(gateway.default_scope, resource::DefaultScope::kAll);
  EXPECT_EQ(gateway.addresses[0].type, "IPAddress");
  EXPECT_EQ(gateway.addresses[2].type, "example.com/pool");
  EXPECT_EQ(gateway.infrastructure->parameters_ref->kind, "GatewayParameters");
  EXPECT_EQ(gateway.allowed_listeners.from, resource::FromNamespaces::kSelector);
  EXPECT_EQ(gateway.tls->backend_client_certificate_ref->kind, "Secret");
  EXPECT_EQ(gateway.tls->frontend->default_validation->ca_certificate_refs[0].kind, "ConfigMap");
  EXPECT_EQ(gateway.tls->frontend->per_port[0].validation->mode,
            resource::FrontendValidationMode::kAllowInsecureFallback);
  ASSERT_THAT(gateway.listeners, SizeIs(4));
  EXPECT_EQ(gateway.listeners[0].allowed_routes.namespaces.from, resource::FromNamespaces::kSame);
  EXPECT_EQ(gateway.listeners[1].hostname, "*.example.com");
  EXPECT_EQ(gateway.listeners[1].tls->certificate_refs[0].namespace_, "certs");
  EXPECT_THAT(gateway.listeners[1].allowed_routes.namespaces.selector->match_expressions,
              SizeIs(2));
  EXPECT_EQ(gateway.listeners[1].allowed_routes.kinds[0].group, "gateway.networking.k8s.io");
  EXPECT_EQ(gateway.listeners[2].tls->mode, resource::TlsMode::kPassthrough);
}

TEST(DecodeGateway, AllowsNoListenerSetsByDefault) {
  const auto outcome = decode_text(R"(
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge}
spec: {gatewayClassName: t, listeners: [{name: a, port: 80, protocol: HTTP}]}
)");
  ASSERT_EQ(outcome.problems, "");
  EXPECT_EQ(outcome.set.gateways.at(0)->allowed_listeners.from, resource::FromNamespaces::kNone);
}

TEST(DecodeGatewayClassAndListenerSet, ReadEveryField) {
  const auto outcome = decode_text(R"(
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: tidegate}
spec:
  controllerName: tidegate.dev/gateway
  description: ours
  parametersRef: {group: tidegate.dev, kind: GatewayParameters, name: p, namespace: infra}
---
apiVersion: gateway.networking.k8s.io/v1
kind: ListenerSet
metadata: {name: more, namespace: team}
spec:
  parentRef: {name: edge, namespace: infra}
  listeners: [{name: extra, port: 8081, protocol: HTTP, hostname: x.example.com}]
)");
  ASSERT_EQ(outcome.problems, "");
  EXPECT_EQ(outcome.set.gateway_classes.at(0)->meta.namespace_, "");
  EXPECT_EQ(outcome.set.gateway_classes.at(0)->parameters_ref->namespace_, "infra");
  EXPECT_EQ(outcome.set.listener_sets.at(0)->parent_ref.kind, "Gateway");
  EXPECT_EQ(outcome.set.listener_sets.at(0)->listeners[0].port, 8081);
}

TEST(DecodePolicies, ReadEveryField) {
  const auto outcome = decode_text(R"(
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: {name: grant, namespace: certs}
spec:
  from: [{group: gateway.networking.k8s.io, kind: Gateway, namespace: infra}]
  to: [{group: "", kind: Secret, name: cert}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: BackendTLSPolicy
metadata: {name: tls}
spec:
  targetRefs:
  - {group: "", kind: Service, name: a, sectionName: https}
  - {group: "", kind: Service, name: a, sectionName: admin}
  validation:
    caCertificateRefs: [{group: "", kind: ConfigMap, name: ca}]
    hostname: a.example.com
    subjectAltNames:
    - {type: Hostname, hostname: "*.example.com"}
    - {type: URI, uri: "spiffe://example.com/a"}
  options: {example.com/x: y}
)");
  ASSERT_EQ(outcome.problems, "");
  EXPECT_EQ(outcome.set.reference_grants.at(0)->to[0].name, "cert");
  const auto& policy = *outcome.set.backend_tls_policies.at(0);
  EXPECT_EQ(policy.target_refs[1].section_name, "admin");
  EXPECT_EQ(policy.validation.subject_alt_names[1].value, "spiffe://example.com/a");
}

TEST(DecodeCore, ReadsWhatAGatewayNeeds) {
  const auto outcome = decode_text(R"(
apiVersion: v1
kind: Service
metadata: {name: llm, namespace: ai}
spec:
  selector: {app: llm}
  sessionAffinity: None
  ports:
  - {name: http, port: 80, targetPort: web, appProtocol: kubernetes.io/h2c}
  - {name: admin, port: 81, targetPort: 8081, nodePort: 30081}
---
apiVersion: v1
kind: Service
metadata: {name: out}
spec: {type: ExternalName, externalName: example.com}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: llm-1, labels: {kubernetes.io/service-name: llm}}
addressType: IPv4
endpoints:
- addresses: [127.0.0.1]
  conditions: {ready: true, serving: true, terminating: false}
  zone: a
- addresses: [10.0.0.2]
ports:
- {name: http, port: 8080, protocol: TCP}
---
apiVersion: v1
kind: Secret
metadata: {name: keys}
type: Opaque
data: {api-key: c2stdGVzdA==, folded: "YWJj\n"}
stringData: {plain: text, api-key: wins}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: ca}
data:
  ca.crt: |
    -----BEGIN CERTIFICATE-----
binaryData: {raw: AAE=}
---
apiVersion: v1
kind: Namespace
metadata: {name: team, labels: {team: a}}
)");
  ASSERT_EQ(outcome.problems, "");
  const auto& service = *outcome.set.services.at(0);
  EXPECT_EQ(std::get<std::string>(service.ports[0].target_port), "web");
  EXPECT_EQ(service.ports[0].app_protocol, "kubernetes.io/h2c");
  EXPECT_EQ(std::get<std::uint16_t>(service.ports[1].target_port), 8081);
  EXPECT_EQ(outcome.set.services.at(1)->external_name, "example.com");
  const auto& slice = *outcome.set.endpoint_slices.at(0);
  EXPECT_EQ(slice.endpoints[0].ready, true);
  EXPECT_EQ(slice.endpoints[1].ready, std::nullopt);
  EXPECT_EQ(slice.ports[0].port, 8080);
  const auto& secret = *outcome.set.secrets.at(0);
  ASSERT_THAT(secret.data, SizeIs(3));
  EXPECT_EQ(secret.data[0].second.reveal(), "wins");
  EXPECT_EQ(secret.data[1].second.reveal(), "abc");
  const auto& map = *outcome.set.config_maps.at(0);
  EXPECT_THAT(map.data, ElementsAre(Pair("ca.crt", "-----BEGIN CERTIFICATE-----\n"),
                                    Pair("raw", std::string("\0\1", 2))));
  EXPECT_EQ(outcome.set.namespaces.at(0)->meta.labels[0].second, "a");
}

TEST(DecodeBackend, ReadsEveryDestination) {
  const auto outcome = decode_text(R"(
apiVersion: tidegate.dev/v1alpha1
kind: Backend
metadata: {name: openai}
spec:
  destination: {type: Fqdn, fqdn: {hostname: api.openai.com}}
  ports:
  - number: 443
    protocol: HTTP2
    tls:
      mode: Mutual
      sni: api.openai.com
      caBundleRef: {name: ca}
      clientCertificateRef: {name: client}
      subjectAltNames: ["spiffe://example.com/x"]
  ai:
    provider: OpenAI
    dialect: OpenAI
    models: [{name: fast, upstreamName: gpt-4o-mini}, {name: gpt-4o}]
    strict: true
    pathPrefix: /openai/v1
    apiVersion: "2024-10-21"
    quirks: {maxTokensName: max_tokens, reasoningField: reasoning, developerRole: false,
             streamOptions: true, strictSchema: false, jsonSchema: false, topK: true, reasoningEffort: true,
             parallelToolCalls: false, cacheControl: true, thinkTags: false, defaultMaxTokens: 512}
  credentials: {apiKey: {secretRef: {name: keys}, header: x-key, prefix: "Key "}}
---
apiVersion: tidegate.dev/v1alpha1
kind: Backend
metadata: {name: local}
spec:
  destination: {type: Ip, ip: {addresses: [127.0.0.1, "::1"]}}
  ports: [{number: 8000}]
  limits: {maxConnections: 8}
---
apiVersion: tidegate.dev/v1alpha1
kind: Backend
metadata: {name: sim}
spec:
  destination:
    type: Simulator
    simulator: {timeToFirstToken: 200ms, interTokenDelay: 250us, errorStatus: 429, errorRatio: 0.5}
  ai: {provider: Anthropic}
---
apiVersion: tidegate.dev/v1alpha1
kind: Backend
metadata: {name: plain-sim}
spec: {destination: {type: Simulator}}
)");
  ASSERT_EQ(outcome.problems, "");
  ASSERT_THAT(outcome.set.backends, SizeIs(4));
  const auto& openai = *outcome.set.backends[0];
  EXPECT_EQ(std::get<resource::FqdnDestination>(openai.destination).hostname, "api.openai.com");
  EXPECT_EQ(openai.ports[0].tls->mode, resource::BackendTls::Mode::kMutual);
  EXPECT_EQ(openai.ports[0].tls->ca_bundle_refs.at(0).kind, "ConfigMap");
  EXPECT_EQ(openai.ai->models[0].upstream_name, "gpt-4o-mini");
  EXPECT_EQ(openai.ai->dialect, resource::BackendAi::Dialect::kOpenAi);
  EXPECT_TRUE(openai.ai->strict);
  EXPECT_EQ(openai.ai->path_prefix, "/openai/v1");
  EXPECT_EQ(openai.ai->api_version, "2024-10-21");
  const resource::BackendQuirks& quirks = openai.ai->quirks;
  EXPECT_EQ(quirks.max_tokens_name, resource::BackendQuirks::MaxTokensName::kMaxTokens);
  EXPECT_EQ(quirks.reasoning_field, resource::BackendQuirks::ReasoningField::kReasoning);
  EXPECT_EQ(quirks.developer_role, false);
  EXPECT_EQ(quirks.stream_options, true);
  EXPECT_EQ(quirks.strict_schema, false);
  EXPECT_EQ(quirks.json_schema, false);
  EXPECT_EQ(quirks.top_k, true);
  EXPECT_EQ(quirks.reasoning_effort, true);
  EXPECT_EQ(quirks.parallel_tool_calls, false);
  EXPECT_EQ(quirks.cache_control, true);
  EXPECT_EQ(quirks.think_tags, false);
  EXPECT_EQ(quirks.default_max_tokens, 512U);
  EXPECT_EQ(openai.api_key->key, "api-key");
  EXPECT_EQ(openai.api_key->prefix, "Key ");
  EXPECT_EQ(openai.limits.max_connections, std::nullopt);
  EXPECT_EQ(outcome.set.backends[1]->limits.max_connections, 8U);
  const auto& sim = std::get<resource::SimulatorDestination>(outcome.set.backends[2]->destination);
  EXPECT_EQ(sim.time_to_first_token, 200ms);
  EXPECT_EQ(sim.inter_token_delay, 250us);
  EXPECT_EQ(sim.error_ratio, 0.5);
  EXPECT_EQ(outcome.set.backends[2]->ai->dialect, std::nullopt);  // the provider's own
}

TEST(DecodeBackend, ReadsTlsPolicyAndDns) {
  const auto outcome = decode_text(R"(
apiVersion: tidegate.dev/v1alpha1
kind: Backend
metadata: {name: b}
spec:
  destination: {type: Fqdn, fqdn: {hostname: api.example.com}}
  ports:
  - number: 443
    tls:
      mode: Simple
      caBundleRefs: [{name: old}, {kind: Secret, name: new}]
      crlRef: {name: lists}
      pinnedKeys: [AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=]
      minVersion: "1.3"
  dns:
    resolvers: [192.0.2.53, "192.0.2.53:5353", "[2001:db8::53]:53", "2001:db8::53"]
    addressFamily: IPv6
    addressPolicy: Any
    minTtl: 5s
    maxTtl: 1m
    staleFor: 0s
    reverseCheck: {names: ["*.example.com", api.example.org]}
)");
  ASSERT_EQ(outcome.problems, "");
  const resource::Backend& backend = *outcome.set.backends.at(0);
  EXPECT_TRUE(backend.dns->reverse_check);
  EXPECT_EQ(backend.dns->reverse_names.size(), 2U);
  const resource::BackendTls& tls = *backend.ports[0].tls;
  EXPECT_EQ(tls.ca_bundle_refs.size(), 2U);
  EXPECT_EQ(tls.ca_bundle_refs[1].kind, "Secret");
  EXPECT_EQ(tls.crl_ref->name, "lists");
  EXPECT_EQ(tls.pinned_keys.size(), 1U);
  EXPECT_EQ(tls.min_version, "1.3");
  EXPECT_EQ(backend.dns->resolvers.size(), 4U);
  EXPECT_EQ(backend.dns->address_family, resource::BackendDns::AddressFamily::kIpv6);
  EXPECT_EQ(backend.dns->address_policy, resource::BackendDns::AddressPolicy::kAny);
  EXPECT_EQ(backend.dns->max_ttl, std::chrono::minutes(1));
  EXPECT_EQ(backend.dns->stale_for, std::chrono::seconds(0));
}

TEST(DecodeBackend, ReadsGroups) {
  const auto outcome = decode_text(R"(
apiVersion: tidegate.dev/v1alpha1
kind: Backend
metadata: {name: chat}
spec:
  destination:
    type: Group
    group:
      members:
      - {backendRef: {name: openai}, weight: 3, region: us}
      - backendRef: {name: azure, namespace: eu, port: 8443}
        priority: 1
        condition: {models: [gpt-4o], headers: [{name: X-Tier, value: gold}]}
      failover: {statuses: [429, 503], firstTokenTimeout: 5s, minTokensPerSecond: 2.5,
                 throughputWindow: 2s, contextWindowExceeded: false, contentPolicy: true,
                 streamErrors: false, timeouts: false}
      balance: LowestCost
      retry: {maxTries: 3, budget: {ratio: 0.1, minPerSecond: 5}}
      sticky: {header: X-Session, providerState: false, timeToLive: 10m}
      hedge: {delay: 800ms, budgetRatio: 0.1}
---
apiVersion: tidegate.dev/v1alpha1
kind: Backend
metadata: {name: openai}
spec:
  destination: {type: Fqdn, fqdn: {hostname: api.openai.com}}
  region: us-east-1
  health:
    passive: {consecutiveFailures: 3, failureRatio: 0.5, minRequests: 10, window: 5s,
              ejectionTime: 1s, maxEjectionTime: 60s, maxEjectedPercent: 50}
    active: {path: /health, interval: 5s, timeout: 1s, healthyThreshold: 1, unhealthyThreshold: 4}
  limits: {maxConnections: 100, maxPendingRequests: 50, maxRequests: 200}
  balance: LowestLatency
)");
  ASSERT_EQ(outcome.problems, "");
  ASSERT_THAT(outcome.set.backends, SizeIs(2));
  const auto& group = std::get<resource::GroupDestination>(outcome.set.backends[0]->destination);
  ASSERT_THAT(group.members, SizeIs(2));
  EXPECT_EQ(group.members[0].ref.kind, "Backend");
  EXPECT_EQ(group.members[0].weight, 3U);
  EXPECT_EQ(group.members[0].region, "us");
  EXPECT_EQ(group.members[1].ref.namespace_, "eu");
  EXPECT_EQ(group.members[1].ref.port, 8443);
  EXPECT_EQ(group.members[1].priority, 1U);
  EXPECT_EQ(group.members[1].models, std::vector<std::string>{"gpt-4o"});
  EXPECT_EQ(group.members[1].headers[0].name, "X-Tier");
  EXPECT_EQ(group.failover.statuses, (std::vector<std::uint16_t>{429, 503}));
  EXPECT_EQ(group.failover.first_token_timeout, 5s);
  EXPECT_EQ(group.failover.min_tokens_per_second, 2.5);
  EXPECT_EQ(group.failover.throughput_window, 2s);
  EXPECT_EQ(group.failover.context_window_exceeded, false);
  EXPECT_EQ(group.failover.content_policy, true);
  EXPECT_EQ(group.failover.stream_errors, false);
  EXPECT_EQ(group.failover.timeouts, false);
  EXPECT_EQ(group.balance, resource::Balance::kLowestCost);
  EXPECT_EQ(group.retry.max_tries, 3U);
  EXPECT_EQ(group.retry.budget_ratio, 0.1);
  EXPECT_EQ(group.retry.budget_min_per_second, 5U);
  EXPECT_EQ(group.sticky->header, "X-Session");
  EXPECT_EQ(group.sticky->provider_state, false);
  EXPECT_EQ(group.sticky->time_to_live, 10min);
  EXPECT_EQ(group.hedge->delay, 800ms);
  EXPECT_EQ(group.hedge->budget_ratio, 0.1);
  const auto& openai = *outcome.set.backends[1];
  EXPECT_EQ(openai.region, "us-east-1");
  EXPECT_EQ(openai.health.passive->consecutive_failures, 3U);
  EXPECT_EQ(openai.health.passive->failure_ratio, 0.5);
  EXPECT_EQ(openai.health.passive->max_ejected_percent, 50U);
  EXPECT_EQ(openai.health.active->path, "/health");
  EXPECT_EQ(openai.health.active->unhealthy_threshold, 4U);
  EXPECT_EQ(openai.limits.max_pending_requests, 50U);
  EXPECT_EQ(openai.limits.max_requests, 200U);
  EXPECT_EQ(openai.balance, resource::Balance::kLowestLatency);
}

TEST(DecodeBackend, AGroupSaysNothingForItsMembers) {
  const auto outcome = decode_text(R"(
apiVersion: tidegate.dev/v1alpha1
kind: Backend
metadata: {name: chat}
spec:
  destination: {type: Group, group: {members: [{backendRef: {name: a}, region: EU}]}}
  region: eu
)");
  EXPECT_THAT(outcome.problems,
              ::testing::HasSubstr("members[0].region: must be a lower case region name"));
  EXPECT_THAT(outcome.problems,
              ::testing::HasSubstr("spec.region: must be absent when destination.type is Group"));
}

TEST(DecodeBackend, ToldWhatIsWrongWithExtensions) {
  const auto outcome = decode_text(R"(
apiVersion: tidegate.dev/v1alpha1
kind: Backend
metadata: {name: b}
spec:
  destination: {type: Simulator}
  extensions:
  - {name: a, type: PayloadProcessingPipeline}
  - {name: a, type: Guard, config: [1]}
  - {name: Not A Label, type: Guard, config: {}, rawConfig: {}}
)");
  using ::testing::HasSubstr;
  EXPECT_THAT(outcome.problems, HasSubstr("extensions[0].config: is required"));
  EXPECT_THAT(outcome.problems, HasSubstr("extensions[1].config"));
  EXPECT_THAT(outcome.problems, HasSubstr("extensions[1]: has the name of one that came before"));
  EXPECT_THAT(outcome.problems, HasSubstr("extensions[2].name: must be a lower case DNS label"));
  EXPECT_THAT(outcome.problems, HasSubstr("rawConfig: must be absent beside config"));
}

TEST(DecodeBackend, ReadsServiceMcpProxyParentAndExtensions) {
  const auto outcome = decode_text(R"(
apiVersion: tidegate.dev/v1alpha1
kind: Backend
metadata: {name: tools}
spec:
  destination: {type: KubernetesService, service: {name: tools, namespace: shared}}
  ports:
  - {number: 80, protocol: MCP, protocolOptions: {mcp: {version: "2025-06-18", path: /tools}}}
  extensions:
  - {name: guard, type: tidegate.dev/Guard, config: {any: [1, 2]}}
  - {name: house, type: PayloadProcessingPipeline, config: {name: rules}}
---
apiVersion: tidegate.dev/v1alpha1
kind: Backend
metadata: {name: outside}
spec:
  destination: {type: Fqdn, fqdn: {hostname: api.example.com}}
  proxy: {type: HttpConnect, host: "2001:db8::1", port: 3128, credentialsRef: {name: proxy}}
  parent: true
)");
  ASSERT_EQ(outcome.problems, "");
  const resource::Backend& tools = *outcome.set.backends.at(0);
  const auto& service = std::get<resource::ServiceDestination>(tools.destination);
  EXPECT_EQ(service.name, "tools");
  EXPECT_EQ(service.namespace_, "shared");
  EXPECT_EQ(tools.ports[0].protocol, resource::BackendPort::Protocol::kMcp);
  EXPECT_EQ(tools.ports[0].mcp->path, "/tools");
  EXPECT_EQ(tools.ports[0].mcp->version, "2025-06-18");
  EXPECT_EQ(tools.extensions.at(0).type, "Guard");
  EXPECT_EQ(tools.extensions.at(0).config, R"({"any":[1,2]})");
  EXPECT_EQ(tools.extensions.at(1).pipeline, "rules");
  const resource::Backend& outside = *outcome.set.backends.at(1);
  EXPECT_EQ(outside.proxy->host, "2001:db8::1");
  EXPECT_EQ(outside.proxy->port, 3128);
  EXPECT_EQ(outside.proxy->credentials_ref->name, "proxy");
  EXPECT_TRUE(outside.parent);
}

TEST(DecodeBackend, RefusesWhatDoesNotStandBesideADestination) {
  const auto outcome = decode_text(R"(
apiVersion: tidegate.dev/v1alpha1
kind: Backend
metadata: {name: a}
spec:
  destination: {type: Ip, ip: {addresses: [192.0.2.1]}}
  ports: [{number: 80, protocolOptions: {mcp: {}}}]
  proxy: {type: HttpConnect, host: proxy.example, port: 3128}
---
apiVersion: tidegate.dev/v1alpha1
kind: Backend
metadata: {name: b}
spec:
  destination: {type: KubernetesService, service: {name: s, port: 80}}
  ports: [{number: 80}]
---
apiVersion: tidegate.dev/v1alpha1
kind: Backend
metadata: {name: c}
spec:
  destination: {type: KubernetesService, service: {name: s}}
)");
  for (const char* part :
       {"spec.ports[0].protocolOptions.mcp: must be absent unless protocol is MCP",
        "spec.proxy: must be absent unless destination.type is Fqdn",
        "Backend default/b: spec.ports: or destination.service.port is required, and not both",
        "Backend default/c: spec.ports: or destination.service.port is required, and not both"}) {
    EXPECT_NE(outcome.problems.find(part), outcome.problems.npos) << part << "\n"
                                                                  << outcome.problems;
  }
}

TEST(DecodeBackend, ReadsTheWorkingGroupsXBackendDestination) {
  const auto outcome = decode_text(R"(
apiVersion: ainetworking.prototype.x-k8s.io/v0alpha0
kind: XBackendDestination
metadata: {name: a}
spec:
  destination:
    type: Fqdn
    fqdn: {hostname: api.example.com}
    ports:
    - number: 443
      protocol: HTTP
      tls:
        mode: Simple
        sni: api.example.com
        insecureSkipVerify: false
        caBundleRef: [{group: "", kind: ConfigMap, name: one}, {group: "", kind: ConfigMap, name: two}]
  extensions: [{name: guard, type: example.com/Guard, rawConfig: {x: 1}}]
---
apiVersion: ainetworking.prototype.x-k8s.io/v0alpha0
kind: XBackendDestination
metadata: {name: b}
spec:
  destination: {type: Service, service: {name: s, namespace: shared}, ports: [{number: 80, protocol: HTTP2}]}
)");
  ASSERT_EQ(outcome.problems, "");
  ASSERT_EQ(outcome.set.backends.size(), 2U);
  const resource::Backend& a = *outcome.set.backends[0];
  EXPECT_EQ(a.kind, resource::Backend::Kind::kXBackendDestination);
  EXPECT_EQ(a.ports[0].tls->ca_bundle_refs.size(), 2U);
  EXPECT_EQ(a.extensions[0].name, "guard");
  EXPECT_EQ(a.extensions[0].config, R"({"x":1})");
  const auto& service =
      std::get<resource::ServiceDestination>(outcome.set.backends[1]->destination);
  EXPECT_EQ(service.namespace_, "shared");
}

TEST(DecodeBackend, NeverSkipsVerification) {
  const auto outcome = decode_text(R"(
apiVersion: ainetworking.prototype.x-k8s.io/v0alpha0
kind: XBackendDestination
metadata: {name: a}
spec:
  destination:
    type: Fqdn
    fqdn: {hostname: api.example.com}
    ports: [{number: 443, protocol: HTTP, tls: {mode: Simple, insecureSkipVerify: true}}]
)");
  EXPECT_NE(outcome.problems.find("insecureSkipVerify: must be false"), outcome.problems.npos)
      << outcome.problems;
}

TEST(DecodeBackend, VertexNeedsProjectAndLocation) {
  const auto outcome = decode_text(R"(
apiVersion: tidegate.dev/v1alpha1
kind: Backend
metadata: {name: vertex}
spec:
  destination: {type: Fqdn, fqdn: {hostname: us-east5-aiplatform.googleapis.com}}
  ai: {provider: GCPVertexAI, project: my-p}
)");
  EXPECT_THAT(outcome.problems, ::testing::HasSubstr("location"));
}

TEST(DecodeLists, AreExpanded) {
  const auto outcome = decode_text(R"(
apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Namespace
  metadata: {name: a}
- apiVersion: v1
  kind: NamespaceList
  items:
  - apiVersion: v1
    kind: Namespace
    metadata: {name: b}
)");
  ASSERT_EQ(outcome.problems, "");
  ASSERT_THAT(outcome.objects, SizeIs(2));
  EXPECT_EQ(key_of(outcome.objects[1]), (ObjectKey{"Namespace", "", "b"}));
  EXPECT_EQ(source_of(outcome.objects[1]).line, 11u);
}

}  // namespace
}  // namespace tidegate::decode
