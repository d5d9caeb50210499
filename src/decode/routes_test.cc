// Every route kind decodes a full example, with its defaults.
#include <gmock/gmock.h>

#include <chrono>
#include <string_view>
#include <variant>

#include "decode/decode_harness.h"

namespace tidegate::decode {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::SizeIs;

TEST(DecodeHttpRoute, ReadsEveryField) {
  const auto outcome = decode_text(R"(
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: chat
  namespace: ai
  uid: 1-2-3
  generation: 4
  creationTimestamp: "2026-01-31T12:00:00Z"
  labels: {team: core, example.com/tier: gold}
  annotations: {note: "anything goes: \t x"}
spec:
  parentRefs:
  - {group: gateway.networking.k8s.io, kind: Gateway, namespace: infra, name: edge, sectionName: https, port: 443}
  - name: edge
    sectionName: http
  useDefaultGateways: All
  hostnames: ["*.example.com", api.example.com]
  rules:
  - name: first
    matches:
    - path: {type: Exact, value: /v1/chat%20x}
      method: POST
      headers:
      - {name: X-Gateway-Model-Name, value: gpt-4o}
      - {type: RegularExpression, name: x-tenant, value: "t[0-9]+"}
      queryParams:
      - {name: debug, value: "1"}
    filters:
    - type: RequestHeaderModifier
      requestHeaderModifier:
        set: [{name: a, value: b}]
        add: [{name: c, value: "d e"}]
        remove: [f]
    - type: URLRewrite
      urlRewrite: {hostname: internal.example.com, path: {type: ReplaceFullPath, replaceFullPath: /x}}
    - type: RequestMirror
      requestMirror:
        backendRef: {name: shadow, port: 80}
        fraction: {numerator: 1}
    - type: CORS
      cors:
        allowOrigins: ["https://*.example.com:8443", "http://localhost"]
        allowCredentials: true
        allowMethods: [GET, PUT]
        allowHeaders: ["*"]
        exposeHeaders: [x-id]
        maxAge: 60
    - type: ExternalAuth
      externalAuth:
        protocol: HTTP
        backendRef: {name: auth, port: 9000}
        http: {path: /check, allowedHeaders: [cookie], allowedResponseHeaders: [x-user]}
        forwardBody: {maxSize: 1024}
    - type: ExtensionRef
      extensionRef: {group: tidegate.dev, kind: PayloadProcessingPipeline, name: guard}
    backendRefs:
    - {name: llm, port: 8080, weight: 3}
    - group: tidegate.dev
      kind: Backend
      namespace: providers
      name: openai
      filters:
      - type: ResponseHeaderModifier
        responseHeaderModifier: {remove: [server]}
    timeouts: {request: 1m, backendRequest: 30s500ms}
    retry: {codes: [500, 503], attempts: 2, backoff: 100ms}
    sessionPersistence:
      sessionName: s
      type: Cookie
      absoluteTimeout: 1h
      cookieConfig: {lifetimeType: Permanent}
status:
  parents: []
)");
  ASSERT_EQ(outcome.problems, "");
  ASSERT_THAT(outcome.set.http_routes, SizeIs(1));
  const auto& route = *outcome.set.http_routes[0];
  EXPECT_EQ(route.meta.name, "chat");
  EXPECT_EQ(route.meta.namespace_, "ai");
  EXPECT_EQ(route.meta.generation, 4);
  EXPECT_EQ(route.meta.creation_timestamp, 1769860800);
  EXPECT_EQ(route.meta.labels[1].first, "example.com/tier");
  EXPECT_EQ(*route.source.file, "t.yaml");
  EXPECT_EQ(route.source.line, 2u);
  EXPECT_EQ(route.parent_refs[0].port, 443);
  EXPECT_EQ(route.parent_refs[1].group, std::nullopt);
  EXPECT_EQ(route.use_default_gateways, resource::UseDefaultGateways::kAll);
  EXPECT_THAT(route.hostnames, ElementsAre("*.example.com", "api.example.com"));
  const auto& rule = route.rules.at(0);
  EXPECT_EQ(rule.name, "first");
  const auto& match = rule.matches.at(0);
  EXPECT_EQ(match.path.type, resource::HttpPathMatch::Type::kExact);
  EXPECT_EQ(match.path.value, "/v1/chat%20x");
  EXPECT_EQ(match.method, "POST");
  EXPECT_EQ(match.headers[1].type, resource::ValueMatch::Type::kRegularExpression);
  EXPECT_EQ(match.query_params[0].value, "1");
  ASSERT_THAT(rule.filters, SizeIs(6));
  EXPECT_EQ(std::get<resource::RequestHeaderModifier>(rule.filters[0]).add[0].value, "d e");
  EXPECT_EQ(std::get<resource::UrlRewrite>(rule.filters[1]).path->value, "/x");
  EXPECT_EQ(std::get<resource::RequestMirror>(rule.filters[2]).fraction->denominator, 100);
  EXPECT_EQ(std::get<resource::CorsFilter>(rule.filters[3]).max_age, 60);
  EXPECT_EQ(std::get<resource::ExternalAuth>(rule.filters[4]).forward_body_max_size, 1024);
  EXPECT_EQ(std::get<resource::ExtensionRef>(rule.filters[5]).ref.name, "guard");
  EXPECT_EQ(rule.backend_refs[0].weight, 3u);
  EXPECT_EQ(rule.backend_refs[0].ref.kind, "Service");
  EXPECT_EQ(rule.backend_refs[1].weight, 1u);
  EXPECT_EQ(rule.backend_refs[1].ref.port, std::nullopt);
  EXPECT_THAT(rule.backend_refs[1].filters, SizeIs(1));
  EXPECT_EQ(rule.timeouts->backend_request, 30500ms);
  EXPECT_THAT(rule.retry->codes, ElementsAre(500, 503));
  EXPECT_EQ(rule.retry->backoff, 100ms);
  EXPECT_EQ(rule.session_persistence->absolute_timeout, 1h);
}

TEST(DecodeHttpRoute, FillsDefaults) {
  const auto outcome = decode_text(R"(
apiVersion: gateway.networking.k8s.io/v1beta1
kind: HTTPRoute
metadata: {name: bare}
spec: {}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: redirect}
spec:
  rules:
  - filters: [{type: RequestRedirect, requestRedirect: {scheme: https}}]
)");
  ASSERT_EQ(outcome.problems, "");
  ASSERT_THAT(outcome.set.http_routes, SizeIs(2));
  const auto& bare = *outcome.set.http_routes[0];
  EXPECT_EQ(bare.meta.namespace_, "default");
  EXPECT_EQ(bare.meta.creation_timestamp, 0);
  EXPECT_EQ(bare.meta.generation, 1);
  ASSERT_THAT(bare.rules, SizeIs(1));
  ASSERT_THAT(bare.rules[0].matches, SizeIs(1));
  EXPECT_EQ(bare.rules[0].matches[0].path.value, "/");
  EXPECT_EQ(bare.rules[0].matches[0].path.type, resource::HttpPathMatch::Type::kPathPrefix);
  const auto& redirect = *outcome.set.http_routes[1];
  EXPECT_EQ(std::get<resource::RequestRedirect>(redirect.rules[0].filters[0]).status_code, 302);
  EXPECT_EQ(redirect.source.line, 7u);
}

TEST(DecodeGrpcRoute, ReadsEveryField) {
  const auto outcome = decode_text(R"(
apiVersion: gateway.networking.k8s.io/v1
kind: GRPCRoute
metadata: {name: g}
spec:
  parentRefs: [{name: edge}]
  hostnames: [grpc.example.com]
  rules:
  - name: one
    matches:
    - method: {service: foo.Bar, method: Baz}
      headers: [{name: version, value: two}]
    - method: {type: RegularExpression, service: "foo\\..*"}
    filters: [{type: RequestMirror, requestMirror: {percent: 5, backendRef: {name: s, port: 1}}}]
    backendRefs: [{name: b, port: 9090}]
    sessionPersistence: {type: Header, sessionName: x}
  - {}
)");
  ASSERT_EQ(outcome.problems, "");
  const auto& route = *outcome.set.grpc_routes.at(0);
  ASSERT_THAT(route.rules, SizeIs(2));
  EXPECT_EQ(route.rules[0].matches[0].method->service, "foo.Bar");
  EXPECT_EQ(route.rules[0].matches[1].method->type,
            resource::GrpcMethodMatch::Type::kRegularExpression);
  EXPECT_EQ(std::get<resource::RequestMirror>(route.rules[0].filters[0]).percent, 5);
  EXPECT_THAT(route.rules[1].matches, SizeIs(0));
}

TEST(DecodeL4Routes, ReadEveryFieldInEveryVersion) {
  const auto outcome = decode_text(R"(
apiVersion: gateway.networking.k8s.io/v1
kind: TLSRoute
metadata: {name: t}
spec:
  parentRefs: [{name: edge, kind: ListenerSet}]
  hostnames: ["*.example.com"]
  rules: [{name: only, backendRefs: [{name: b, port: 443, weight: 0}]}]
---
apiVersion: gateway.networking.k8s.io/v1alpha2
kind: TLSRoute
metadata: {name: old}
spec:
  rules: [{backendRefs: [{name: b, port: 443}]}, {backendRefs: [{name: c, port: 443}]}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: TCPRoute
metadata: {name: tcp}
spec: {rules: [{backendRefs: [{name: b, port: 1}]}]}
---
apiVersion: gateway.networking.k8s.io/v1alpha2
kind: UDPRoute
metadata: {name: udp}
spec: {rules: [{backendRefs: [{name: b, port: 53}]}]}
)");
  ASSERT_EQ(outcome.problems, "");
  ASSERT_THAT(outcome.set.tls_routes, SizeIs(2));
  EXPECT_THAT(outcome.set.tls_routes[0]->hostnames, ElementsAre("*.example.com"));
  EXPECT_EQ(outcome.set.tls_routes[0]->rules[0].backend_refs[0].weight, 0u);
  EXPECT_THAT(outcome.set.tls_routes[1]->rules, SizeIs(2));
  EXPECT_THAT(outcome.set.tcp_routes, SizeIs(1));
  EXPECT_THAT(outcome.set.udp_routes, SizeIs(1));
}

}  // namespace
}  // namespace tidegate::decode
