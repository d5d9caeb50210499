// Active health checks of one backend on one worker: every interval each endpoint is asked in turn,
// beside the traffic and over the same pools.   Thread: the worker's.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "async/cancel.h"
#include "async/task.h"
#include "async/task_group.h"
#include "config/failover.h"
#include "upstream/h1_pool.h"
#include "upstream/h2_pool.h"
#include "upstream/health.h"

namespace tidegate::upstream {

class HealthChecks {
 public:
  struct Target {
    std::shared_ptr<H1Pool> h1;  // one of the two is set
    std::shared_ptr<H2Pool> h2;
    std::shared_ptr<EndpointHealth> health;
  };

  // Called before each round; sets the targets anew where they are behind a name.
  using Resolve = std::function<async::Task<void>(async::CancelScope& scope)>;

  HealthChecks(async::Reactor& reactor, const config::ActiveHealth& policy, std::string host,
               std::string scheme, Resolve resolve)
      : reactor_(reactor),
        policy_(policy),
        host_(std::move(host)),
        scheme_(std::move(scheme)),
        resolve_(std::move(resolve)) {}

  // Runs until stop(); keeps itself alive as long.
  static async::Task<void> run(std::shared_ptr<HealthChecks> self);
  void set_targets(std::vector<Target> targets) { targets_ = std::move(targets); }
  void stop() { scope_.request(); }

 private:
  async::Task<bool> check(const Target& target);
  async::Task<bool> ask(const Target& target);

  async::Reactor& reactor_;
  const config::ActiveHealth policy_;
  const std::string host_;  // empty: the endpoint's own name
  const std::string scheme_;
  const Resolve resolve_;  // may be empty: the targets are addresses
  async::CancelScope scope_;
  std::vector<Target> targets_;
};

}  // namespace tidegate::upstream
