// Backend (tidegate.dev/v1alpha1): a destination outside or inside the cluster, from the consumer's
// side.
//
//   spec:
//     destination: {type: Fqdn, fqdn: {hostname: api.openai.com}}
//                | {type: Ip, ip: {addresses: [192.0.2.1]}}
//                | {type: Simulator, simulator: {...}}
//     ports: [{number: 443, protocol: HTTP, tls: {mode: Simple, sni: ..., caBundleRef: ...}}]
//     ai: {provider: OpenAI, dialect: OpenAI, models: [{name: gpt-4o, upstreamName: ...}]}
//     credentials: {apiKey: {secretRef: {name: openai, key: api-key}}} | see credentials.h
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "resource/backend_ai.h"
#include "resource/credentials.h"
#include "resource/meta.h"
#include "resource/references.h"

namespace tidegate::resource {

struct FqdnDestination {
  std::string hostname;  // lower case, precise
};

struct IpDestination {
  std::vector<std::string> addresses;  // 1..64 IP literals
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

using BackendDestination = std::variant<FqdnDestination, IpDestination, SimulatorDestination>;

// Inline TLS of a port. caBundleRef: ConfigMap or Secret with key ca.crt; absent: the system's
// store.
struct BackendTls {
  enum class Mode : std::uint8_t { kNone, kSimple, kMutual };
  Mode mode = Mode::kNone;
  std::optional<std::string> sni;  // absent: the Fqdn
  std::optional<ObjectReference> ca_bundle_ref;
  std::optional<SecretObjectReference> client_certificate_ref;  // kMutual: kubernetes.io/tls Secret
  std::vector<std::string> subject_alt_names;  // DNS names, or URIs where they have a scheme
};

struct BackendPort {
  enum class Protocol : std::uint8_t { kHttp, kHttp2, kTcp };
  std::uint16_t number = 0;
  Protocol protocol = Protocol::kHttp;
  std::optional<BackendTls> tls;  // absent: Simple on port 443 of an Fqdn, else None
};

struct Backend {
  ObjectMeta meta;
  Source source;
  BackendDestination destination;
  std::vector<BackendPort>
      ports;  // empty: 443 for an Fqdn; required for Ip; unused for a Simulator
  std::optional<BackendAi> ai;
  std::optional<BackendApiKey> api_key;           // credentials.apiKey
  std::optional<BackendCredentials> credentials;  // the others, of which there is one at most
  std::uint32_t max_connections = 0;  // limits.maxConnections: per endpoint and worker; 0: no limit
};

}  // namespace tidegate::resource
