// The token of one backend on one worker: fetched when it is first wanted, fetched anew in the
// background when a part of its lifetime is over, one fetch at a time.
//
// While a token lives it goes on serving, whatever becomes of its refresh. Failed fetches wait
// longer and longer between tries, up to a minute; who asks meanwhile without a living token is
// told why at once. Thread: the worker's.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "async/reactor.h"
#include "async/task_group.h"
#include "config/credentials.h"
#include "credential/http_caller.h"
#include "credential/lifetime.h"
#include "credential/material.h"
#include "telemetry/exchange_metrics.h"

namespace tidegate::credential {

// What the caches of a worker share. All references outlive them.
struct CacheParts {
  async::Reactor& reactor;
  async::TaskGroup& background;  // fetches run here; drained with the worker
  async::CancelScope& stopping;  // ends them
  HttpCaller& http;
  const Surroundings& surroundings;
  telemetry::ExchangeRecorder* recorder = nullptr;  // null: not counted
};

using SharedMaterial = std::shared_ptr<const Material>;

class TokenCache final : public std::enable_shared_from_this<TokenCache> {
 public:
  static constexpr std::chrono::seconds kFirstBackoff{1};
  static constexpr std::chrono::seconds kMaxBackoff{60};
  // A token that was refused sooner after its fetch is not the one at fault.
  static constexpr std::chrono::seconds kMinAgeToReject{10};

  // `backend` is the id for logs and metrics. REQUIRES: as fetch().
  TokenCache(std::string backend, std::shared_ptr<const config::Credentials> config,
             const CacheParts& parts);

  // The token when it may be used now, else null. Starts a refresh that is due.
  SharedMaterial find_usable();
  // The token, as soon as there is one.
  // Errors: kUnavailable, origin upstream, with what the last fetch said; kForbidden, origin
  // downstream, where the caller's own token was refused; kCancelled.
  async::Task<Result<SharedMaterial>> obtain(async::CancelScope& scope);
  // The upstream refused a request with this token: it is not used again. True when another may be
  // had.
  bool reject(const SharedMaterial& used);
  // Whether there is no token, since the last fetch failed.
  bool has_failed() const { return material_ == nullptr && last_failure_.has_value(); }

 private:
  class Waiter;
  void start_fetch();
  static async::Task<void> run_fetch(std::shared_ptr<TokenCache> self);
  void take(Result<Material> fetched);
  void record(bool succeeded, WallTime now);
  Error failure() const;
  bool may_fetch() const;

  std::string backend_;
  std::shared_ptr<const config::Credentials> config_;
  CacheParts parts_;
  std::optional<telemetry::SeriesLease> lease_;
  telemetry::CredentialSeries series_;
  SharedMaterial material_;
  Lifetime lifetime_;
  bool fetching_ = false;
  std::uint32_t failures_ = 0;  // since the last success
  std::optional<Error> last_failure_;
  SteadyTime next_try_{};
  std::vector<Waiter*> waiters_;
};

}  // namespace tidegate::credential
