// What one worker keeps for one backend, across reloads: pools of its endpoints and the choice
// among them. Thread: the worker's.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "async/cancel.h"
#include "async/task.h"
#include "base/arena.h"
#include "base/random.h"
#include "config/backend.h"
#include "io/inbound.h"
#include "upstream/call.h"
#include "upstream/h1_pool.h"
#include "upstream/timeouts.h"
#include "upstream/tls_source.h"

namespace tidegate::upstream {

// What every backend of a worker shares.
struct WorkerResources {
  async::Reactor& reactor;
  io::SharedBuffer& shared_buffer;
  Random& random;
};

// What one try asks for.
struct TryRequest {
  // All three outlive the call.
  TryRequest(Arena& a, async::CancelScope& s, const TlsSource& t) : arena(a), scope(s), tls(t) {}
  Arena& arena;
  async::CancelScope& scope;
  const TlsSource& tls;
  CallTimeouts timeouts;
  Reuse reuse = Reuse::kAllowed;
  std::string_view avoid;  // endpoint of the try before: another is taken where there is one
};

class BackendState {
 public:
  BackendState(std::shared_ptr<const config::Backend> config, const WorkerResources& worker);

  // Adopts a newer configuration of the same backend: pools of endpoints that stay are kept.
  void update(std::shared_ptr<const config::Backend> config);
  const std::shared_ptr<const config::Backend>& config() const { return config_; }

  // Chooses an endpoint and prepares a call to it; nothing is sent yet.
  // Errors: kUnavailable when there is no endpoint; kDnsFailure.
  async::Task<Result<std::unique_ptr<Call>>> make_call(TryRequest request);

  void close_idle(SteadyTime before);

 private:
  void set_endpoints(const std::vector<config::Endpoint>& endpoints);
  const std::shared_ptr<H1Pool>& choose(std::string_view avoid);

  std::shared_ptr<const config::Backend> config_;
  WorkerResources worker_;
  std::vector<std::shared_ptr<H1Pool>> pools_;  // one per endpoint
};

}  // namespace tidegate::upstream
