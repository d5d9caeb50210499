// What one worker keeps for one backend, across reloads: pools of its endpoints and the choice
// among them. Thread: the worker's.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "async/cancel.h"
#include "async/task.h"
#include "async/task_group.h"
#include "base/arena.h"
#include "base/random.h"
#include "config/backend.h"
#include "io/inbound.h"
#include "io/resolver.h"
#include "upstream/call.h"
#include "upstream/h1_pool.h"
#include "upstream/h2_pool.h"
#include "upstream/health.h"
#include "upstream/health_checks.h"
#include "upstream/timeouts.h"
#include "upstream/tls_failures.h"
#include "upstream/tls_source.h"

namespace tidegate::simulator {
class Simulator;
}

namespace tidegate::upstream {

// What every backend of a worker shares.
struct WorkerResources {
  async::Reactor& reactor;
  io::SharedBuffer& shared_buffer;
  Random& random;
  async::TaskGroup& background;            // runs connections that several calls share
  io::Resolver* resolver;                  // null: names cannot be resolved
  TlsFailureSink* tls_failures = nullptr;  // null: nobody listens
};

// What one try asks for. All references outlive the call.
struct TryRequest {
  TryRequest(Arena& a, async::CancelScope& s) : arena(a), scope(s) {}
  Arena& arena;
  async::CancelScope& scope;
  CallTimeouts timeouts;
  Reuse reuse = Reuse::kAllowed;
  bool in_group = false;   // health counts, whether the backend says something about it or not
  std::string_view avoid;  // endpoint of the try before: another is taken where there is one
};

// How a watched try ended.
struct TryReport {
  std::string_view endpoint;
  Verdict verdict = Verdict::kSilent;
  // Whether the connection failed rather than the answer: that is a fault of this address.
  bool of_connection = false;
  bool in_group = false;  // as in TryRequest
  std::optional<std::chrono::milliseconds> retry_after;
  std::optional<std::chrono::microseconds> latency;  // to the response head
};

class BackendState : public std::enable_shared_from_this<BackendState> {
 public:
  // REQUIRES: owned by a shared_ptr, where a name is to be resolved for health checks.
  BackendState(std::shared_ptr<const config::Backend> config, const TlsSource& tls,
               const WorkerResources& worker);
  ~BackendState();
  BackendState(const BackendState&) = delete;
  BackendState& operator=(const BackendState&) = delete;

  // Adopts a newer configuration of the same backend: pools of endpoints that stay are kept.
  void update(std::shared_ptr<const config::Backend> config, const TlsSource& tls);
  const std::shared_ptr<const config::Backend>& config() const { return config_; }

  // Chooses an endpoint and prepares a call to it; nothing is sent yet.
  // Errors: kUnavailable when there is no endpoint; kDnsFailure; kTlsFailure for unusable TLS
  // material.
  // REQUIRES: resolve() was awaited where needs_resolution().
  Result<std::unique_ptr<Call>> make_call(const TryRequest& request);
  // Whether the destination is a name, which must be resolved before each use (from a cache,
  // mostly).
  bool needs_resolution() const {
    return std::holds_alternative<config::Fqdn>(config_->destination);
  }
  async::Task<Result<void>> resolve(async::CancelScope& scope);
  // Whether a try that could not connect may go elsewhere.
  bool has_several_endpoints() const { return endpoints_.size() > 1; }
  // A raw connection for TCP and TLS routes, its own TLS handshake done. Errors as make_call(), and
  // those of connecting.
  async::Task<Result<std::unique_ptr<io::Socket>>> connect_raw(async::CancelScope& scope);
  // The connections to the endpoint that is next, for a store's protocol. Errors as make_call().
  // REQUIRES: as make_call(); the protocol is not HTTP/2.
  Result<std::shared_ptr<H1Pool>> choose_pool(std::string_view avoid);
  // The address for a UDP flow. Errors as make_call().
  async::Task<Result<io::Address>> choose_address(async::CancelScope& scope);

  void close_idle(SteadyTime before);
  // Ends the health checks: nobody wants to know any more. What they wait for holds on to this.
  void stop();

  // Load and health. Tries at a watched backend, and all tries of groups, say begin() and finish().
  bool is_watched() const { return watched_; }
  // `report.endpoint` must be the one that make_call() chose. finish() returns whether that ejected
  // the endpoint, or the whole backend where its addresses are not what failed.
  void begin(std::string_view endpoint);
  bool finish(const TryReport& report);
  // Whether a request would be sent: an endpoint is not ejected, and the limit of requests not
  // reached. A name that was not resolved yet counts as available.
  bool available() const;
  std::size_t active_requests() const { return active_; }
  std::chrono::microseconds latency() const { return whole_.latency(); }
  // How many more circuits (of endpoints, and of the backend as a whole) are not closed than when
  // this was asked before.
  int take_circuit_change();

 private:
  // The pools of one endpoint, by protocol: one of them is set.
  struct Endpoint {
    io::Address address;
    std::string name;
    std::shared_ptr<H1Pool> h1;
    std::shared_ptr<H2Pool> h2;
    std::shared_ptr<EndpointHealth> health;
    std::size_t in_use() const { return h1 != nullptr ? h1->in_use() : h2->in_use(); }
  };

  void set_addresses(const std::vector<io::Address>& addresses);
  Endpoint make_endpoint(const io::Address& address);
  enum class Heed : std::uint8_t { kNo, kYes };
  // Whether ejections count for a request: those of groups would else fail requests that came by
  // another way.
  Heed heeds_health(bool in_group) const {
    return in_group || config_->health.passive || config_->health.active ? Heed::kYes : Heed::kNo;
  }
  // Null: all of them are ejected.
  const Endpoint* choose(std::string_view avoid, Heed heed);
  const Endpoint& choose_any(std::string_view avoid);
  const Endpoint* choose_best(std::string_view avoid, Heed heed);
  Endpoint* find_endpoint(std::string_view name);
  EndpointHealth& health_for(const TryReport& report, Endpoint* endpoint);
  bool may_eject_another() const;
  void update_checks();
  async::Task<void> resolve_for_checks(async::CancelScope& scope);
  void set_check_targets();
  SteadyTime now() const { return worker_.reactor.now(); }
  std::chrono::milliseconds connect_timeout() const;

  std::shared_ptr<const config::Backend> config_;
  WorkerResources worker_;
  Result<std::shared_ptr<const io::ClientTls>> tls_ = nullptr;
  // Where the backend chooses its name servers or bounds; null: the worker's. An exchange that
  // waits holds on to it across a reload.
  Result<std::shared_ptr<io::Resolver>> own_resolver_ = nullptr;
  std::vector<Endpoint> endpoints_;
  std::shared_ptr<simulator::Simulator> simulator_;  // set when the destination is one
  bool watched_ = false;
  bool reported_ = false;  // some try said how it went: health is worth looking at
  std::size_t active_ = 0;
  int told_circuits_ = 0;
  EndpointHealth whole_;  // of the backend behind its name, whatever the address
  // By endpoint; outlive pools that are made anew.
  std::unordered_map<std::string, std::shared_ptr<EndpointHealth>> healths_;
  std::shared_ptr<HealthChecks> checks_;  // null: none
};

}  // namespace tidegate::upstream
