// A destination with everything needed to reach it: a Service port, or a Backend resource.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/secret.h"
#include "config/ai.h"
#include "config/credentials.h"
#include "config/dns.h"
#include "config/failover.h"
#include "config/filters.h"
#include "config/forward_proxy.h"
#include "config/tls.h"

namespace tidegate::config {

enum class BackendProtocol : std::uint8_t {
  kHttp1,
  kHttp2,      // prior knowledge on plaintext (appProtocol kubernetes.io/h2c); ALPN h2 on TLS
  kWebSocket,  // HTTP/1.1 whose upgrade requests pass (appProtocol kubernetes.io/ws)
  kTcp,
  kUdp,
  kRedis,     // for processors alone
  kPostgres,  // likewise
};

struct Endpoint {
  std::string address;  // IP literal
  std::uint16_t port = 0;
  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

// A name that DNS resolves to endpoints.
struct Fqdn {
  std::string hostname;
  std::uint16_t port = 0;
  friend bool operator==(const Fqdn&, const Fqdn&) = default;
};

// The built-in model server; durations and faults as `tidegate simulate` has them.
struct SimulatorSettings {
  std::chrono::microseconds time_to_first_token{0};
  std::chrono::microseconds inter_token_delay{0};
  std::chrono::microseconds jitter{0};  // uniform in [0, jitter], added to each of the two above
  std::uint32_t output_tokens = 16;     // when the request names no limit
  std::uint16_t error_status = 0;       // 0: none
  double error_ratio = 0;               // of requests that get error_status; 0..1
  std::uint32_t retry_after_seconds = 0;
  std::uint32_t stall_after_tokens = 0;  // 0: never; then nothing more is sent
  std::uint32_t cut_after_tokens = 0;    // 0: never; then the connection is reset
  std::vector<std::string> models;       // for GET /v1/models; empty: a default list
  friend bool operator==(const SimulatorSettings&, const SimulatorSettings&) = default;
};

// An API key that the gateway puts on each upstream request in place of the client's own.
struct ApiKey {
  std::string header;  // "authorization" or "x-api-key"
  std::string prefix;  // "Bearer " or empty
  Secret key;
  friend bool operator==(const ApiKey&, const ApiKey&) = default;
};

// How the gateway logs in to a store.
struct Login {
  std::string user;  // empty: the store's usual one
  Secret password;
  friend bool operator==(const Login&, const Login&) = default;
};

struct Backend {
  // "Service/ns/name:port" or "Backend/ns/name:port"; stable, a metric label. A Gateway with a
  // client certificate for its backends has its own pools: "...@gateway-ns/gateway-name".
  std::string id;
  // No endpoints (an empty vector) means none is ready: 503.
  std::variant<std::vector<Endpoint>, Fqdn, SimulatorSettings> destination;
  BackendProtocol protocol = BackendProtocol::kHttp1;
  std::shared_ptr<const UpstreamTls> tls;  // null: plaintext
  std::optional<Ai> ai;
  std::optional<ApiKey> api_key;
  // Everything else that the gateway shows in place of the client's own; null: the client's own
  // pass, as to any Service.
  std::shared_ptr<const Credentials> credentials;
  std::optional<Login> login;  // of stores
  // Host or :authority sent upstream; empty: the client's own. Set for Fqdn destinations.
  std::string host;
  std::chrono::milliseconds connect_timeout{0};  // 0: limits::kConnectTimeout
  std::optional<ForwardProxy> proxy;             // counts for Fqdn destinations
  Dns dns;                                       // counts for Fqdn destinations
  // Where it is, for policies that lock traffic to regions; empty: nobody said.
  std::string region;
  bool parent = false;  // another gateway: tagged against loops
  Health health;
  Balance balance = Balance::kLeastBusy;  // among endpoints
  std::uint32_t max_connections = 0;      // per endpoint and worker; 0: no limit
  std::uint32_t max_pending = 0;   // requests that wait for a connection, likewise; 0: the usual
  std::uint32_t max_requests = 0;  // at once, per worker; 0: no limit
  std::shared_ptr<const Group> group;  // set: requests go to its members, never here
};

// One choice of a rule. Exactly one of `backend` and `error_status` counts.
struct WeightedBackend {
  std::shared_ptr<const Backend> backend;  // null when the reference could not be resolved
  std::uint16_t error_status = 0;          // 500 for an unresolvable reference
  std::uint32_t weight = 1;                // 0: never chosen
  std::shared_ptr<const Filters> filters;  // backendRef filters; null: none
};

}  // namespace tidegate::config
