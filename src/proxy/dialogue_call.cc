#include "proxy/dialogue_call.h"

#include <utility>

#include "async/timed_scope.h"
#include "base/limits.h"
#include "base/store_limits.h"
#include "proxy/backend_call.h"

namespace tidegate::proxy {

using pipeline::Dialogue;

namespace {

// Ends the waits on a connection with the dialogue's scope.
class CancelWaits final : private async::CancelHook {
 public:
  CancelWaits(io::Socket& socket, async::CancelScope& scope) : socket_(socket) { hook_into(scope); }

 private:
  void on_cancel() override { socket_.descriptor().cancel_waiters(); }
  io::Socket& socket_;
};

}  // namespace

DialogueCall::DialogueCall(WorkerContext& worker, std::shared_ptr<const Snapshot> snapshot,
                           std::shared_ptr<const config::Backend> backend, Dialogue& dialogue)
    : worker_(worker),
      snapshot_(std::move(snapshot)),
      backend_(std::move(backend)),
      dialogue_(dialogue),
      state_(worker.upstreams.find(backend_, *snapshot_)) {}

async::Task<Result<void>> DialogueCall::run(std::chrono::milliseconds timeout,
                                            async::CancelScope& cancel) {
  if (cancel.requested()) co_return fail(ErrorCode::kCancelled, Origin::kInternal, "a dialogue");
  async::TimedScope time(worker_.reactor, cancel, timeout);
  auto done = co_await try_until_done(time.scope());
  co_await time.stop();
  if (!done && time.passed()) {
    done = fail(ErrorCode::kTimeout, Origin::kUpstream, backend_->id + " did not answer in time");
  }
  report(done);
  co_return done;
}

async::Task<Result<void>> DialogueCall::try_until_done(async::CancelScope& scope) {
  while (true) {
    auto done = co_await try_once(scope);
    if (done || scope.requested() || !may_try_again(done.error())) co_return done;
    report(done);
  }
}

// On a connection that was closed under us nothing was answered; elsewhere where none could be
// made. What is said to a store does no harm when it is said twice.
bool DialogueCall::may_try_again(const Error& error) {
  if (error.origin != Origin::kUpstream || has_heard_) return false;
  const bool stale =
      was_reused_ && (error.code == ErrorCode::kConnectionReset ||
                      error.code == ErrorCode::kEndOfStream || error.retry == Retry::kIfReused);
  const bool elsewhere = error.retry == Retry::kSafe && state_->has_several_endpoints();
  if (!stale && !elsewhere) return false;
  if (stale) reuse_ = upstream::Reuse::kFreshOnly;
  return std::exchange(again_left_, false);
}

async::Task<Result<void>> DialogueCall::try_once(async::CancelScope& scope) {
  was_reused_ = has_heard_ = false;
  started_ = worker_.reactor.now();
  if (auto resolved = co_await state_->resolve(scope); !resolved) {
    endpoint_.clear();
    state_->begin(endpoint_);
    begun_ = true;
    co_return resolved;
  }
  auto chosen = state_->choose_pool(endpoint_);
  if (!chosen) co_return std::unexpected(std::move(chosen).error());
  const std::shared_ptr<upstream::H1Pool> pool = std::move(*chosen);
  endpoint_ = pool->connector().name();
  state_->begin(endpoint_);
  begun_ = true;
  TIDEGATE_CO_TRY(lease, find_connection(*pool, scope));
  const CancelWaits cancel(lease->socket(), scope);
  auto done = co_await converse(*lease);
  if (!done) {
    pool->connector().note_failure(done.error(), lease->socket());
    co_return done;
  }
  lease.keep();
  co_return done;
}

// One that is set up for this dialogue, or a new one.
async::Task<Result<upstream::H1Pool::Lease>> DialogueCall::find_connection(
    upstream::H1Pool& pool, async::CancelScope& scope) {
  TIDEGATE_CO_TRY(lease, pool.acquire(reuse_, scope));
  if (!lease->reused || lease->session == dialogue_.session()) co_return std::move(lease);
  lease.drop();
  co_return co_await pool.acquire(upstream::Reuse::kFreshOnly, scope);
}

async::Task<Result<void>> DialogueCall::converse(upstream::H1Connection& connection) {
  was_reused_ = connection.reused;
  auto* timeout = worker_.reactor.timeouts(limits::kStreamIdleTimeout);
  std::string say =
      dialogue_.begin(was_reused_ ? Dialogue::Connection::kUsed : Dialogue::Connection::kNew);
  while (true) {
    if (!say.empty()) {
      const io::Parts parts((std::string_view(say)));
      TIDEGATE_CO_TRY_VOID(connection.socket().write(parts, timeout));
      say.clear();
    }
    TIDEGATE_CO_TRY(got, connection.inbound.fill(timeout));
    if (got == 0) {
      co_return fail(ErrorCode::kEndOfStream, Origin::kUpstream,
                     backend_->id + " closed the connection");
    }
    has_heard_ = true;
    auto progress = dialogue_.take(connection.inbound.unread(), say);
    connection.inbound.consume(connection.inbound.unread().size());
    if (!progress) co_return std::unexpected(std::move(progress).error());
    if (*progress == Dialogue::Progress::kGoesOn) continue;
    connection.session = dialogue_.session();
    co_return Result<void>();
  }
}

void DialogueCall::report(const Result<void>& done) {
  if (!std::exchange(begun_, false)) return;
  upstream::TryReport report;
  report.endpoint = endpoint_;
  report.in_group = true;
  if (done) {
    report.verdict = upstream::Verdict::kSuccess;
    report.latency =
        std::chrono::duration_cast<std::chrono::microseconds>(worker_.reactor.now() - started_);
  } else {
    report.verdict = upstream::judge_error(done.error());
    report.of_connection = done.error().retry == Retry::kSafe;
  }
  count_health(worker_, *state_, state_->finish(report));
}

namespace {

async::Task<void> run_aside(WorkerContext& worker, std::shared_ptr<const Snapshot> snapshot,
                            std::shared_ptr<const config::Backend> backend,
                            std::unique_ptr<Dialogue> dialogue, std::chrono::milliseconds timeout) {
  DialogueCall call(worker, std::move(snapshot), std::move(backend), *dialogue);
  // Whoever started it does not wait: the store's health is all that it tells.
  [[maybe_unused]] const auto done = co_await call.run(timeout, worker.stopping);
}

}  // namespace

void spawn_dialogue(WorkerContext& worker, std::shared_ptr<const Snapshot> snapshot,
                    std::shared_ptr<const config::Backend> backend,
                    std::unique_ptr<Dialogue> dialogue, std::chrono::milliseconds timeout) {
  const auto& state = worker.upstreams.find(backend, *snapshot);
  if (state->active_requests() >= limits::kMaxAsideDialogues) return;
  worker.background.spawn(
      run_aside(worker, std::move(snapshot), std::move(backend), std::move(dialogue), timeout));
}

}  // namespace tidegate::proxy
