#include "credential/token_cache.h"

#include <algorithm>
#include <utility>

#include "async/event.h"
#include "credential/fetch.h"
#include "telemetry/log.h"

namespace tidegate::credential {

// Somebody without a token; cancelled with its exchange.
class TokenCache::Waiter final : private async::CancelHook {
 public:
  Waiter(TokenCache& cache, async::CancelScope& scope)
      : event(cache.parts_.reactor), cache_(cache) {
    cache_.waiters_.push_back(this);
    hook_into(scope);
  }
  ~Waiter() { std::erase(cache_.waiters_, this); }
  async::Event event;

 private:
  void on_cancel() override { event.cancel(); }
  TokenCache& cache_;
};

TokenCache::TokenCache(std::string backend, std::shared_ptr<const config::Credentials> config,
                       const CacheParts& parts)
    : backend_(std::move(backend)), config_(std::move(config)), parts_(parts) {
  if (parts_.recorder == nullptr) return;
  const telemetry::ExchangeMetrics& metrics = parts_.recorder->metrics();
  series_ = metrics.credential(backend_, lease_.emplace(metrics.registry()));
}

SharedMaterial TokenCache::find_usable() {
  if (material_ == nullptr) return nullptr;
  const WallTime now = parts_.reactor.clock().wall_now();
  if (lifetime_.is_refresh_due(now) && may_fetch()) start_fetch();
  return lifetime_.is_usable(now) ? material_ : nullptr;
}

bool TokenCache::may_fetch() const {
  return !fetching_ && parts_.reactor.now() >= next_try_ && !parts_.stopping.requested();
}

async::Task<Result<SharedMaterial>> TokenCache::obtain(async::CancelScope& scope) {
  const auto self = shared_from_this();  // a reload may forget this cache meanwhile
  if (auto usable = find_usable()) co_return usable;
  if (may_fetch()) start_fetch();
  if (fetching_) {
    if (scope.requested()) co_return fail(ErrorCode::kCancelled, Origin::kUpstream, "credentials");
    Waiter waiter(*this, scope);
    const async::Outcome outcome = co_await waiter.event.wait();
    if (outcome != async::Outcome::kDone) {
      co_return fail(ErrorCode::kCancelled, Origin::kUpstream, "credentials");
    }
  }
  if (auto usable = find_usable()) co_return usable;
  co_return std::unexpected(failure());
}

Error TokenCache::failure() const {
  if (last_failure_ && last_failure_->origin == Origin::kDownstream) return *last_failure_;
  return Error(ErrorCode::kUnavailable, Origin::kUpstream,
               "no credentials for " + backend_ + ": " +
                   (last_failure_ ? last_failure_->detail : "the token had expired when it came"));
}

bool TokenCache::reject(const SharedMaterial& used) {
  if (used != material_) return material_ != nullptr;  // replaced already
  const WallTime now = parts_.reactor.clock().wall_now();
  if (now < lifetime_.fetched + kMinAgeToReject) return false;
  lifetime_.usable_until = WallTime::min();
  return true;
}

void TokenCache::start_fetch() {
  fetching_ = true;
  parts_.background.spawn(run_fetch(shared_from_this()));
}

async::Task<void> TokenCache::run_fetch(std::shared_ptr<TokenCache> self) {
  const CacheParts& parts = self->parts_;
  const FetchContext context(parts.http, parts.surroundings, parts.reactor.clock(), parts.stopping);
  self->take(co_await fetch(*self->config_, context));
}

void TokenCache::take(Result<Material> fetched) {
  const WallTime now = parts_.reactor.clock().wall_now();
  fetching_ = false;
  record(fetched.has_value(), now);
  if (fetched) {
    lifetime_ = Lifetime(*fetched, now);
    material_ = std::make_shared<const Material>(std::move(*fetched));
    failures_ = 0;
    last_failure_.reset();
    next_try_ = parts_.reactor.now();
    if (!lifetime_.is_usable(now)) next_try_ += kFirstBackoff;
  } else {
    last_failure_ = std::move(fetched).error();
    next_try_ = parts_.reactor.now() +
                std::min(kMaxBackoff, kFirstBackoff * (1U << std::min(failures_, 6U)));
    ++failures_;
    // What callers bring is theirs to mend, and their access-log line tells.
    if (last_failure_->origin != Origin::kDownstream) {
      telemetry::log(telemetry::LogLevel::kWarn, "fetching credentials failed",
                     {{"backend", backend_}, {"reason", last_failure_->detail}});
    }
  }
  for (Waiter* waiter : waiters_) waiter->event.set();
}

void TokenCache::record(bool succeeded, WallTime now) {
  if (parts_.recorder == nullptr) return;
  telemetry::MetricShard& shard = parts_.recorder->shard();
  shard.add(series_.refreshes.variant(succeeded ? 0 : 1));
  if (!succeeded || material_ == nullptr) return;
  const auto age = std::chrono::duration_cast<std::chrono::microseconds>(now - lifetime_.fetched);
  shard.observe(series_.age, static_cast<std::uint64_t>(std::max<std::int64_t>(age.count(), 0)));
}

}  // namespace tidegate::credential
