// Backend (tidegate.dev/v1alpha1): a destination outside or inside the cluster, from the consumer's
// side.
//
//   spec:
//     destination: {type: Fqdn, fqdn: {hostname: api.openai.com}}
//                | {type: Ip, ip: {addresses: [192.0.2.1]}}
//                | {type: Simulator, simulator: {...}}
//                | {type: KubernetesService, service: {name: vllm, namespace: models, port: 8000}}
//                | {type: Group, group: {members: [...]}}   (resource/failover.h)
//     ports: [{number: 443, protocol: HTTP | HTTP2 | TCP | MCP | Redis | PostgreSQL, tls: {mode:
//     Simple, sni: ..., caBundleRef: ...}}] ai: {provider: OpenAI, dialect: OpenAI, models: [{name:
//     gpt-4o, upstreamName: ...}]} credentials: {apiKey: {secretRef: {name: openai, key: api-key}}}
//     | see credentials.h parent: true extensions: [{name: guard, type: PromptTools, config:
//     {...}}]
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "resource/backend_ai.h"
#include "resource/credentials.h"
#include "resource/dns.h"
#include "resource/failover.h"
#include "resource/forward_proxy.h"
#include "resource/meta.h"
#include "resource/references.h"

namespace tidegate::resource {

struct FqdnDestination {
  std::string hostname;  // lower case, precise
};

struct IpDestination {
  std::vector<std::string> addresses;  // 1..64 IP literals
};

// A Service, seen through a Backend's settings.
struct ServiceDestination {
  std::string name;
  std::optional<std::string> namespace_;  // absent: the Backend's
  std::optional<std::uint16_t> port;      // absent: spec.ports has the Service's port numbers
};

// The built-in model server. Same names as the flags of `tidegate simulate`.
struct SimulatorDestination {
  std::optional<std::chrono::microseconds> time_to_first_token;
  std::optional<std::chrono::microseconds> inter_token_delay;
  std::optional<std::chrono::microseconds> jitter;
  std::optional<std::uint32_t> output_tokens;
  std::optional<std::uint16_t> error_status;
  std::optional<double> error_ratio;
  std::optional<std::uint32_t> retry_after_seconds;
  std::optional<std::uint32_t> stall_after_tokens;
  std::optional<std::uint32_t> cut_after_tokens;
};

using BackendDestination = std::variant<FqdnDestination, IpDestination, SimulatorDestination,
                                        GroupDestination, ServiceDestination>;

// Inline TLS of a port. caBundleRefs: ConfigMaps or Secrets with key ca.crt; none: the system's
// store.
struct BackendTls {
  enum class Mode : std::uint8_t { kNone, kSimple, kMutual };
  Mode mode = Mode::kNone;
  std::optional<std::string> sni;               // absent: the Fqdn
  std::vector<ObjectReference> ca_bundle_refs;  // caBundleRefs, or the one caBundleRef
  std::optional<ObjectReference> crl_ref;       // key ca.crl, PEM
  std::optional<SecretObjectReference> client_certificate_ref;  // kMutual: kubernetes.io/tls Secret
  std::vector<std::string> subject_alt_names;  // DNS names, or URIs where they have a scheme
  std::vector<std::string> pinned_keys;  // SHA-256 of SubjectPublicKeyInfo, base64 (RFC 7469 form)
  std::optional<std::string> min_version;  // "1.2", "1.3"
};

// protocolOptions.mcp: read, and refused in status as long as MCP is carried as plain HTTP.
struct McpOptions {
  std::string version;        // of the protocol, "2025-06-18"; empty: negotiated
  std::string path = "/mcp";  // where the server takes messages
};

struct BackendPort {
  enum class Protocol : std::uint8_t { kHttp, kHttp2, kTcp, kMcp, kRedis, kPostgres };
  std::uint16_t number = 0;
  Protocol protocol = Protocol::kHttp;
  std::optional<BackendTls> tls;  // absent: Simple on port 443 of an Fqdn, else None
  std::optional<McpOptions> mcp;  // kMcp

  // Whether it is for processors that keep or find things there, and for no route.
  bool is_store() const { return protocol == Protocol::kRedis || protocol == Protocol::kPostgres; }
};

// What the backend's owner wants done to its traffic: a processor, or a pipeline of the namespace.
//   {name: guard, type: PromptTools, config: {...}}
//   {name: house, type: PayloadProcessingPipeline, config: {name: house-rules}}
// A backend with one that cannot run is not used: what guards it must not be left out silently.
// Source: working group proposal 10.
struct BackendExtension {
  std::string name;
  std::string type;           // of a processor, "tidegate.dev/" in front or not; or kPipelineType
  std::string config = "{}";  // JSON; of a processor
  std::string pipeline = "";  // its name; of kPipelineType
  static constexpr std::string_view kPipelineType = "PayloadProcessingPipeline";
};

struct Backend {
  enum class Kind : std::uint8_t { kBackend, kXBackendDestination };
  Kind kind = Kind::kBackend;
  ObjectMeta meta;
  Source source;
  BackendDestination destination;
  std::vector<BackendPort>
      ports;  // empty: 443 for an Fqdn; required for Ip; unused for a Simulator
  std::optional<BackendAi> ai;
  std::optional<BackendDns> dns;                  // an Fqdn's
  std::optional<BackendProxy> proxy;              // on the way to an Fqdn
  std::optional<BackendApiKey> api_key;           // credentials.apiKey
  std::optional<BackendCredentials> credentials;  // the others, of which there is one at most
  std::optional<SecretObjectReference> login;     // credentials.login: username and password
  std::string region;                             // empty: not said
  bool parent = false;  // another gateway, which is told about loops and retries
  std::vector<BackendExtension> extensions;
  BackendHealth health;
  BackendLimits limits;
  std::optional<Balance> balance;  // among endpoints
};

// The working group's spelling of the same thing.
// Source: kubernetes-sigs/wg-ai-gateway, v0alpha0 of ainetworking.prototype.x-k8s.io.
struct XBackendDestination : Backend {};

constexpr std::string_view to_string(Backend::Kind kind) {
  return kind == Backend::Kind::kBackend ? "Backend" : "XBackendDestination";
}
constexpr std::string_view group_of(Backend::Kind kind) {
  return kind == Backend::Kind::kBackend ? kTidegateGroup : kAiNetworkingGroup;
}
// Absent: another kind.
constexpr std::optional<Backend::Kind> find_backend_kind(std::string_view group,
                                                         std::string_view kind) {
  for (const Backend::Kind own : {Backend::Kind::kBackend, Backend::Kind::kXBackendDestination}) {
    if (group == group_of(own) && kind == to_string(own)) return own;
  }
  return std::nullopt;
}

}  // namespace tidegate::resource
