// Bad documents and the exact lines that say what is wrong with them.
#include <gmock/gmock.h>

#include <string>
#include <string_view>

#include "decode/decode_harness.h"

namespace tidegate::decode {
namespace {

struct Case {
  std::string_view name;
  std::string_view text;  // begins with a line end, so its first line is 2
  std::string_view problems;
};

// The head of an HTTPRoute whose spec.rules[0] follows at line 9.
constexpr std::string_view kRule = R"(
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: chat
spec:
  parentRefs:
  - name: edge
  rules:
)";
// Each line of these stands in the rules of kRule.
constexpr Case kRuleCases[] = {
    {"path without slash", "  - matches: [{path: {value: v1}}]\n",
     "t.yaml:10: HTTPRoute default/chat: spec.rules[0].matches[0].path.value: must start with "
     "\"/\"\n"},
    {"forbidden path parts",
     "  - matches:\n    - path: {value: /a//b}\n    - path: {value: /a/../b}\n    - path: {type: "
     "Exact, value: /a/.}\n"
     "    - path: {value: /a%2Fb}\n    - path: {value: /a b}\n    - path: {type: "
     "RegularExpression, value: '.*//x'}\n",
     "t.yaml:11: HTTPRoute default/chat: spec.rules[0].matches[0].path.value: must not contain "
     "\"//\"\n"
     "t.yaml:12: HTTPRoute default/chat: spec.rules[0].matches[1].path.value: must not contain "
     "\"/../\"\n"
     "t.yaml:13: HTTPRoute default/chat: spec.rules[0].matches[2].path.value: must not end with "
     "\"/.\"\n"
     "t.yaml:14: HTTPRoute default/chat: spec.rules[0].matches[3].path.value: must not contain "
     "\"%2F\"\n"
     "t.yaml:15: HTTPRoute default/chat: spec.rules[0].matches[4].path.value: must have only "
     "characters "
     "of a URL path, others percent-encoded\n"},
    {"unknown field with a suggestion",
     "  - backendRef: [{name: a, port: 1}]\n    matchs: []\n    xyzzy: 1\n",
     "t.yaml:10: HTTPRoute default/chat: spec.rules[0].backendRef: unknown field; did you mean "
     "\"backendRefs\"?\n"
     "t.yaml:11: HTTPRoute default/chat: spec.rules[0].matchs: unknown field; did you mean "
     "\"matches\"?\n"
     "t.yaml:12: HTTPRoute default/chat: spec.rules[0].xyzzy: unknown field\n"},
    {"wrong types",
     "  - backendRefs:\n    - {name: 8, port: '80'}\n    - name: a\n      port: [1]\n    timeouts: "
     "10s\n",
     "t.yaml:11: HTTPRoute default/chat: spec.rules[0].backendRefs[0].name: must be a string, not "
     "an integer "
     "(put it in quotes)\n"
     "t.yaml:11: HTTPRoute default/chat: spec.rules[0].backendRefs[0].port: must be an integer, "
     "not a string\n"
     "t.yaml:13: HTTPRoute default/chat: spec.rules[0].backendRefs[1].port: must be an integer, "
     "not a list\n"
     "t.yaml:14: HTTPRoute default/chat: spec.rules[0].timeouts: must be a map, not a string\n"},
    {"numbers out of range",
     "  - backendRefs: [{name: a, port: 0}, {name: b, port: 70000, weight: -1}]\n",
     "t.yaml:10: HTTPRoute default/chat: spec.rules[0].backendRefs[0].port: must be 1..65535, not "
     "0\n"
     "t.yaml:10: HTTPRoute default/chat: spec.rules[0].backendRefs[1].port: must be 1..65535, not "
     "70000\n"
     "t.yaml:10: HTTPRoute default/chat: spec.rules[0].backendRefs[1].weight: must be 0..1000000, "
     "not -1\n"},
    {"Service without port", "  - backendRefs: [{name: a}]\n",
     "t.yaml:10: HTTPRoute default/chat: spec.rules[0].backendRefs[0].port: is required for a "
     "Service\n"},
    {"enum with a suggestion", "  - matches: [{path: {type: Prefix}, method: post}]\n",
     "t.yaml:10: HTTPRoute default/chat: spec.rules[0].matches[0].path.type: must be one of Exact, "
     "PathPrefix, "
     "RegularExpression, not \"Prefix\"\n"
     "t.yaml:10: HTTPRoute default/chat: spec.rules[0].matches[0].method: must be one of GET, "
     "HEAD, POST, PUT, "
     "DELETE, CONNECT, OPTIONS, TRACE, PATCH, not \"post\"; did you mean \"POST\"?\n"},
    {"filter union",
     "  - filters:\n    - {type: CORS}\n    - {type: URLRewrite, urlRewrite: {}, cors: {}}\n    - "
     "{type: Nope, cors: {}}\n",
     "t.yaml:11: HTTPRoute default/chat: spec.rules[0].filters[0].cors: is required\n"
     "t.yaml:12: HTTPRoute default/chat: spec.rules[0].filters[1].cors: must be absent unless type "
     "is CORS\n"
     "t.yaml:13: HTTPRoute default/chat: spec.rules[0].filters[2].type: must be one of "
     "RequestHeaderModifier, "
     "ResponseHeaderModifier, RequestMirror, RequestRedirect, URLRewrite, CORS, ExternalAuth, "
     "ExtensionRef, not \"Nope\"\n"},
    {"repeated and exclusive filters",
     "  - filters:\n    - {type: RequestRedirect, requestRedirect: {statusCode: 304}}\n"
     "    - {type: URLRewrite, urlRewrite: {hostname: '*.x'}}\n    - {type: URLRewrite, "
     "urlRewrite: {}}\n"
     "    backendRefs: [{name: a, port: 1}]\n",
     "t.yaml:11: HTTPRoute default/chat: spec.rules[0].filters: must not have both RequestRedirect "
     "and URLRewrite\n"
     "t.yaml:11: HTTPRoute default/chat: spec.rules[0].filters[0].requestRedirect.statusCode: must "
     "be one of 301, "
     "302, 303, 307, 308\n"
     "t.yaml:12: HTTPRoute default/chat: spec.rules[0].filters[1].urlRewrite.hostname: must be a "
     "lower case host "
     "name without wildcard, not \"*.x\"\n"
     "t.yaml:13: HTTPRoute default/chat: spec.rules[0].filters[2]: URLRewrite must not be "
     "repeated\n"
     "t.yaml:14: HTTPRoute default/chat: spec.rules[0].backendRefs: must be absent beside a "
     "RequestRedirect filter\n"},
    {"prefix replacement without a prefix",
     "  - matches: [{path: {type: Exact, value: /a}}]\n    filters:\n    - type: URLRewrite\n"
     "      urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /b}}\n",
     "t.yaml:12: HTTPRoute default/chat: spec.rules[0].filters: replacePrefixMatch needs exactly "
     "one match in the "
     "rule, of path type PathPrefix\n"},
    {"path modifier union",
     "  - filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplaceFullPath, "
     "replacePrefixMatch: /b}}}]\n",
     "t.yaml:10: HTTPRoute default/chat: spec.rules[0].filters[0].urlRewrite.path.replaceFullPath: "
     "is required\n"
     "t.yaml:10: HTTPRoute default/chat: "
     "spec.rules[0].filters[0].urlRewrite.path.replacePrefixMatch: must be absent "
     "unless type says so; set replaceFullPath\n"},
    {"timeouts and retries",
     "  - timeouts: {request: 1s, backendRequest: 2s}\n    retry: {codes: [200, 500, 500], "
     "attempts: 0, backoff: 1.5s}\n",
     "t.yaml:10: HTTPRoute default/chat: spec.rules[0].timeouts.backendRequest: must not be longer "
     "than request\n"
     "t.yaml:11: HTTPRoute default/chat: spec.rules[0].retry.codes[0]: must be 400..599, not 200\n"
     "t.yaml:11: HTTPRoute default/chat: spec.rules[0].retry.codes[2]: came before\n"
     "t.yaml:11: HTTPRoute default/chat: spec.rules[0].retry.attempts: must be 1..4294967295, not "
     "0\n"
     "t.yaml:11: HTTPRoute default/chat: spec.rules[0].retry.backoff: must be a duration such as "
     "10s, 500ms or 1h30m, "
     "not \"1.5s\"\n"},
    {"header rules",
     "  - matches: [{headers: [{name: 'a b', value: \"x\\ny\"}, {name: c, value: d}, {name: c, "
     "value: e}]}]\n",
     "t.yaml:10: HTTPRoute default/chat: spec.rules[0].matches[0].headers[0].name: must be a "
     "header name, not \"a b\"\n"
     "t.yaml:10: HTTPRoute default/chat: spec.rules[0].matches[0].headers[0].value: must be "
     "visible ASCII with single "
     "blanks inside, not \"x\\ny\"\n"
     "t.yaml:10: HTTPRoute default/chat: spec.rules[0].matches[0].headers[2]: names a header that "
     "came before\n"},
    {"CORS",
     "  - filters: [{type: CORS, cors: {allowOrigins: ['*', 'ftp://x'], allowMethods: [GET, '*'], "
     "maxAge: 0}}]\n",
     "t.yaml:10: HTTPRoute default/chat: spec.rules[0].filters[0].cors.allowOrigins: must not have "
     "\"*\" beside others\n"
     "t.yaml:10: HTTPRoute default/chat: spec.rules[0].filters[0].cors.allowOrigins[1]: must be "
     "\"*\" or an origin such "
     "as https://*.example.com, not \"ftp://x\"\n"
     "t.yaml:10: HTTPRoute default/chat: spec.rules[0].filters[0].cors.allowMethods: must not have "
     "\"*\" beside others\n"
     "t.yaml:10: HTTPRoute default/chat: spec.rules[0].filters[0].cors.maxAge: must be "
     "1..2147483647, not 0\n"},
    {"session persistence",
     "  - sessionPersistence: {type: Header, cookieConfig: {lifetimeType: Permanent}}\n",
     "t.yaml:10: HTTPRoute default/chat: spec.rules[0].sessionPersistence.absoluteTimeout: is "
     "required when "
     "cookieConfig.lifetimeType is Permanent\n"
     "t.yaml:10: HTTPRoute default/chat: spec.rules[0].sessionPersistence.cookieConfig: must be "
     "absent unless type is "
     "Cookie\n"},
    {"duplicate keys come from the parser", "  - name: a\n    name: b\n",
     "t.yaml:11: duplicate key \"name\" (first at line 10)\n"},
};

constexpr Case kCases[] = {
    {"not a map", "\n- a\n", "t.yaml:2: must be a map, not a list\n"},
    {"nothing said", "\nspec: {}\n",
     "t.yaml:2: apiVersion: is required\nt.yaml:2: kind: is required\n"},
    {"misspelt kind",
     "\napiVersion: gateway.networking.k8s.io/v1\nkind: HttpRoute\nmetadata: {name: a}\n",
     "t.yaml:3: HttpRoute a: kind: unknown kind \"HttpRoute\" of gateway.networking.k8s.io; did "
     "you mean \"HTTPRoute\"?\n"},
    {"misspelt group", "\napiVersion: gateway.networking.k8.io/v1\nkind: HTTPRoute\n",
     "t.yaml:2: HTTPRoute: apiVersion: unknown group \"gateway.networking.k8.io\"; did you mean "
     "\"gateway.networking.k8s.io\"?\n"},
    {"missing group", "\napiVersion: v1\nkind: HTTPRoute\n",
     "t.yaml:2: HTTPRoute: apiVersion: HTTPRoute belongs to gateway.networking.k8s.io/v1\n"},
    {"unserved version",
     "\napiVersion: gateway.networking.k8s.io/v1alpha2\nkind: HTTPRoute\nmetadata: {name: a}\n",
     "t.yaml:2: HTTPRoute default/a: apiVersion: must be gateway.networking.k8s.io/v1 or v1beta1 "
     "for HTTPRoute, not "
     "\"gateway.networking.k8s.io/v1alpha2\"\n"},
    {"unknown kind of ours", "\napiVersion: tidegate.dev/v1alpha1\nkind: Backends\n",
     "t.yaml:3: Backends: kind: unknown kind \"Backends\" of tidegate.dev; did you mean "
     "\"Backend\"?\n"},
    {"kinds that are not ours",
     "\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {x: 1}\n---\n"
     "apiVersion: v1\nkind: Servcie\n",
     "t.yaml:3: Deployment a: kind: warning: ignored: apps/v1 Deployment is not read by the "
     "gateway\n"
     "t.yaml:8: Servcie: kind: v1 Servcie is not read by the gateway; did you mean "
     "\"Service\"?\n"},
    {"kinds of nobody", "\napiVersion: example.com/v1\nkind: Thing\nmetadata: {name: a}\n",
     "t.yaml:3: Thing a: kind: example.com/v1 Thing is not read by the gateway\n"},
    {"kind of ours without a version", "\nkind: Service\nmetadata: {name: a}\nspec: {}\n",
     "t.yaml:2: Service default/a: apiVersion: is required\n"},
    {"metadata",
     "\napiVersion: v1\nkind: Namespace\nmetadata: {name: Bad_Name, namespace: x, labels: {a: b "
     "c}, creationTimestamp: now, lables: {}}\n",
     "t.yaml:4: Namespace x/Bad_Name: metadata.name: must be a lower case DNS name, not "
     "\"Bad_Name\"\n"
     "t.yaml:4: Namespace x/Bad_Name: metadata.namespace: must be absent: this kind belongs to no "
     "namespace\n"
     "t.yaml:4: Namespace x/Bad_Name: metadata.labels.a: must be a label value, not \"b c\"\n"
     "t.yaml:4: Namespace x/Bad_Name: metadata.creationTimestamp: must be a time such as "
     "2026-01-31T12:00:00Z, not \"now\"\n"
     "t.yaml:4: Namespace x/Bad_Name: metadata.lables: unknown field; did you mean \"labels\"?\n"},
    {"no metadata", "\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nspec: {}\n",
     "t.yaml:2: HTTPRoute: metadata: is required\n"},
    {"parentRefs",
     "\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: a}\nspec:\n  "
     "parentRefs:\n"
     "  - {name: g}\n  - {name: g, sectionName: x}\n  - {name: h, port: 1}\n  - {name: h, port: 1, "
     "kind: Gateway}\n",
     "t.yaml:8: HTTPRoute default/a: spec.parentRefs[1]: sectionName or port must be specified in "
     "all references to the "
     "same parent\n"
     "t.yaml:10: HTTPRoute default/a: spec.parentRefs[3]: names the same parent, sectionName and "
     "port as another\n"},
    {"listeners",
     "\napiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: g}\nspec:\n"
     "  gatewayClassName: t\n  listeners:\n  - {name: a, port: 80, protocol: HTTP, tls: {mode: "
     "Terminate}}\n"
     "  - {name: a, port: 443, protocol: HTTPS, tls: {mode: Passthrough}}\n  - {name: c, port: "
     "444, protocol: TLS}\n"
     "  - {name: d, port: 53, protocol: UDP, hostname: x.y}\n  - {name: e, port: 80, protocol: "
     "HTTP}\n",
     "t.yaml:8: Gateway default/g: spec.listeners[0].tls.certificateRefs: is required when mode is "
     "Terminate and there "
     "are no options\n"
     "t.yaml:8: Gateway default/g: spec.listeners[0].tls: must be absent for protocol HTTP\n"
     "t.yaml:9: Gateway default/g: spec.listeners[1]: has the name of a listener that came before\n"
     "t.yaml:9: Gateway default/g: spec.listeners[1].tls: must have mode Terminate for protocol "
     "HTTPS\n"
     "t.yaml:10: Gateway default/g: spec.listeners[2].tls: is required for protocol TLS\n"
     "t.yaml:11: Gateway default/g: spec.listeners[3].hostname: must be absent for protocol UDP\n"
     "t.yaml:12: Gateway default/g: spec.listeners[4]: has the port, protocol and hostname of a "
     "listener that came before\n"},
    {"no listeners",
     "\napiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: g}\nspec: "
     "{gatewayClassName: t, listeners: []}\n",
     "t.yaml:5: Gateway default/g: spec.listeners: must have at least 1 item\n"},
    {"TLSRoute",
     "\napiVersion: gateway.networking.k8s.io/v1\nkind: TLSRoute\nmetadata: {name: t}\nspec:\n  "
     "hostnames: [10.0.0.1]\n"
     "  rules:\n  - {backendRefs: []}\n  - {backendRefs: [{name: a, port: 1}]}\n",
     "t.yaml:6: TLSRoute default/t: spec.hostnames[0]: must not be an IP address\n"
     "t.yaml:8: TLSRoute default/t: spec.rules: must have at most 1 item, not 2\n"
     "t.yaml:8: TLSRoute default/t: spec.rules[0].backendRefs: must have at least 1 item\n"},
    {"GRPCRoute",
     "\napiVersion: gateway.networking.k8s.io/v1\nkind: GRPCRoute\nmetadata: {name: g}\nspec:\n  "
     "rules:\n"
     "  - matches: [{method: {}}, {method: {service: 1bad}}]\n    filters: [{type: URLRewrite}]\n",
     "t.yaml:7: GRPCRoute default/g: spec.rules[0].matches[0].method: must have service, method or "
     "both\n"
     "t.yaml:7: GRPCRoute default/g: spec.rules[0].matches[1].method.service: must be a service's "
     "name such as "
     "package.Service\n"
     "t.yaml:8: GRPCRoute default/g: spec.rules[0].filters[0].type: must be one of "
     "RequestHeaderModifier, "
     "ResponseHeaderModifier, RequestMirror, ExtensionRef, not \"URLRewrite\"\n"},
    {"BackendTLSPolicy",
     "\napiVersion: gateway.networking.k8s.io/v1\nkind: BackendTLSPolicy\nmetadata: {name: "
     "p}\nspec:\n"
     "  targetRefs: [{group: '', kind: Service, name: a}, {group: '', kind: Service, name: a}]\n"
     "  validation: {hostname: A.b, subjectAltNames: [{type: URI, hostname: x}]}\n",
     "t.yaml:6: BackendTLSPolicy default/p: spec.targetRefs[1]: names a target that came before, "
     "without a sectionName "
     "of its own\n"
     "t.yaml:7: BackendTLSPolicy default/p: spec.validation: must have one of caCertificateRefs "
     "and "
     "wellKnownCACertificates\n"
     "t.yaml:7: BackendTLSPolicy default/p: spec.validation.hostname: must be a lower case host "
     "name without wildcard, "
     "not \"A.b\"\n"
     "t.yaml:7: BackendTLSPolicy default/p: spec.validation.subjectAltNames[0].uri: is required\n"
     "t.yaml:7: BackendTLSPolicy default/p: spec.validation.subjectAltNames[0].hostname: must be "
     "absent unless type is "
     "Hostname\n"},
    {"secrets never show",
     "\napiVersion: v1\nkind: Secret\nmetadata: {name: s}\ntype: kubernetes.io/tls\n"
     "data:\n  tls.crt: 'top*secret'\n  bad key: YQ==\nstringData:\n  tls.key: 12345\n",
     "t.yaml:7: Secret default/s: data: must have tls.crt for type kubernetes.io/tls\n"
     "t.yaml:7: Secret default/s: data: must have tls.key for type kubernetes.io/tls\n"
     "t.yaml:7: Secret default/s: data[\"tls.crt\"]: must be base64\n"
     "t.yaml:8: Secret default/s: data[\"bad key\"]: must be letters, digits, \"-\", \"_\" and "
     "\".\", not \"bad key\"\n"
     "t.yaml:10: Secret default/s: stringData[\"tls.key\"]: must be a string, not an integer (put "
     "it in quotes)\n"},
    {"Service and EndpointSlice",
     "\napiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {ports: [{port: 80}, {port: "
     "80}], selektor: {}}\n"
     "---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: e}\naddressType: "
     "IPv6\nendpoints: [{addresses: [10.0.0.1]}]\n",
     "t.yaml:5: Service default/s: spec.ports[0]: needs a name when there are several\n"
     "t.yaml:5: Service default/s: spec.ports[1]: needs a name when there are several\n"
     "t.yaml:5: Service default/s: spec.ports[1]: has the name of a port that came before\n"
     "t.yaml:5: Service default/s: spec.ports[1]: has the number and protocol of a port that came "
     "before\n"
     "t.yaml:5: Service default/s: spec.selektor: unknown field; did you mean \"selector\"?\n"
     "t.yaml:11: EndpointSlice default/e: endpoints[0]: has an address that is not IPv6\n"},
    {"Backend",
     "\napiVersion: tidegate.dev/v1alpha1\nkind: Backend\nmetadata: {name: b}\nspec:\n"
     "  destination: {type: Ip, ip: {addresses: [localhost]}, fqdn: {hostname: x}}\n"
     "  ai: {provider: X, models: [{name: a}, {name: a}]}\n---\n"
     "apiVersion: tidegate.dev/v1alpha1\nkind: Backend\nmetadata: {name: c}\nspec:\n"
     "  destination: {type: Simulator, simulator: {jitter: 5, errorRatio: 2}}\n"
     "  ports: [{number: 1, tls: {mode: Mutual}}]\n",
     "t.yaml:6: Backend default/b: spec.ports: is required when destination.type is Ip\n"
     "t.yaml:6: Backend default/b: spec.destination.ip.addresses[0]: must be an IPv4 or IPv6 "
     "address, not \"localhost\"\n"
     "t.yaml:6: Backend default/b: spec.destination.fqdn: must be absent: type names another "
     "destination\n"
     "t.yaml:7: Backend default/b: spec.ai.models[1]: has the name of a model that came before\n"
     "t.yaml:13: Backend default/c: spec.destination.simulator.errorStatus: is required beside "
     "errorRatio\n"
     "t.yaml:13: Backend default/c: spec.destination.simulator.jitter: must be a string, not an "
     "integer (put it in quotes)\n"
     "t.yaml:13: Backend default/c: spec.destination.simulator.errorRatio: must be 0..1, not 2\n"
     "t.yaml:14: Backend default/c: spec.ports[0].tls.clientCertificateRef: is required when mode "
     "is Mutual\n"},
    {"syntax", "\na: [1\n", "t.yaml:3: end of sequence flow not found\n"},
    {"items of a list",
     "\napiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Namespace\n- 7\n",
     "t.yaml:5: Namespace: items[0].metadata: is required\nt.yaml:7: items[1]: must be a map, not "
     "an integer\n"},
};

TEST(DecodeProblems, AreAllReportedWithTheirPlace) {
  for (const auto& [name, text, problems] : kCases)
    EXPECT_EQ(decode_text(text).problems, problems) << name;
}

TEST(DecodeProblems, OfHttpRouteRules) {
  for (const auto& [name, text, problems] : kRuleCases) {
    EXPECT_EQ(decode_text(std::string(kRule) + std::string(text)).problems, problems) << name;
  }
}

TEST(DecodeProblems, LeaveTheObjectOutAndKeepTheOthers) {
  const auto outcome = decode_text(
      "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n---\n"
      "apiVersion: v1\nkind: Namespace\nmetadata: {name: A}\n");
  ASSERT_EQ(outcome.set.namespaces.size(), 1u);
  EXPECT_EQ(outcome.set.namespaces[0]->meta.name, "a");
}

TEST(DecodeProblems, MakeUnknownFieldsWarningsFromTheApi) {
  const auto outcome = decode_text(
      "apiVersion: v1\nkind: Namespace\nmetadata: {name: a, later: 1}\n", UnknownFields::kWarning);
  EXPECT_EQ(outcome.problems, "t.yaml:3: Namespace a: metadata.later: warning: unknown field\n");
  EXPECT_EQ(outcome.set.namespaces.size(), 1u);
}

}  // namespace
}  // namespace tidegate::decode
