#include "upstream/h1_pool.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/limits.h"

namespace tidegate::upstream {

void H1Connection::on_hang_up() { idle_in_->evict(*this); }

void H1Connection::on_unexpected_bytes() {
  if (!H1Pool::is_quiet(*this)) idle_in_->evict(*this);
}

void H1Pool::Lease::keep() {
  if (connection_ != nullptr) pool_->give_back(std::move(connection_));
  pool_.reset();
}

void H1Pool::Lease::drop() {
  if (connection_ != nullptr) pool_->forget(std::move(connection_));
  pool_.reset();
}

// One exchange in the queue; cancelled with its scope.
class H1Pool::Waiter final : private async::CancelHook {
 public:
  Waiter(H1Pool& pool, async::CancelScope& scope) : event(pool.connector_.reactor()), pool_(pool) {
    pool_.waiters_.push_back(this);
    hook_into(scope);
  }
  ~Waiter() { std::erase(pool_.waiters_, this); }
  async::Event event;
  bool called = false;  // out of the queue: its turn has come

 private:
  void on_cancel() override { event.cancel(); }
  H1Pool& pool_;
};

H1Pool::H1Pool(Connector connector, io::SharedBuffer& shared, std::size_t max_connections,
               std::size_t max_pending)
    : connector_(std::move(connector)),
      shared_(shared),
      max_connections_(max_connections),
      max_pending_(max_pending) {}

H1Pool::~H1Pool() { retire(); }

H1Pool::Lease H1Pool::take() {
  auto connection = take_idle();
  return connection != nullptr ? Lease(shared_from_this(), std::move(connection)) : Lease();
}

async::Task<Result<H1Pool::Lease>> H1Pool::acquire(Reuse reuse, async::CancelScope& scope) {
  if (reuse == Reuse::kAllowed) {
    if (auto connection = take_idle()) co_return Lease(shared_from_this(), std::move(connection));
  }
  if (max_connections_ != 0 && open_ >= max_connections_) {
    if (!idle_.empty()) {
      forget(std::exchange(idle_.back(), nullptr));  // a fresh one was asked for: make room
      idle_.pop_back();
    } else {
      TIDEGATE_CO_TRY_VOID(wait_for_room(scope));
      auto connection = take_idle();
      if (connection != nullptr && reuse == Reuse::kAllowed) {
        co_return Lease(shared_from_this(), std::move(connection));
      }
      if (connection != nullptr) --open_;  // closes; the fresh one takes its place
    }
  }
  ++open_;
  auto self = shared_from_this();
  auto socket = co_await connector_.connect(scope);
  if (!socket) {
    --open_;
    wake_waiter();
    co_return std::unexpected(std::move(socket).error());
  }
  co_return Lease(std::move(self), std::make_unique<H1Connection>(std::move(*socket), shared_));
}

async::Task<Result<void>> H1Pool::wait_for_room(async::CancelScope& scope) {
  if (waiters_.size() >= max_pending_) {
    co_return fail(ErrorCode::kUnavailable, Origin::kUpstream, "connection queue is full",
                   Retry::kSafe);
  }
  auto self = shared_from_this();
  while (open_ >= max_connections_ && idle_.empty()) {
    if (scope.requested())
      co_return fail(ErrorCode::kCancelled, Origin::kUpstream, "in connection queue");
    Waiter waiter(*this, scope);
    auto* timeout = connector_.reactor().timeouts(connector_.connect_timeout());
    const async::Outcome outcome = co_await waiter.event.wait(timeout);
    if (outcome != async::Outcome::kDone) {
      if (waiter.called) wake_waiter();  // gave up as its turn came
      Error error = async::Operation::error_of(outcome, Origin::kUpstream, "connection queue");
      error.retry = Retry::kSafe;
      co_return std::unexpected(std::move(error));
    }
  }
  co_return Result<void>();
}

// Nothing may come on an idle connection: bytes now are the end, an alert, or a confused peer. (A
// TLS session ticket is read by the attempt and is none of these.)
bool H1Pool::is_quiet(H1Connection& connection) {
  if (connection.socket().descriptor().hung_up()) return false;
  if (!connection.socket().may_read()) return true;
  char byte = 0;
  return connection.socket().try_read(&byte, 1).kind == io::Attempt::Kind::kWouldBlock;
}

std::unique_ptr<H1Connection> H1Pool::take_idle() {
  while (!idle_.empty()) {
    auto connection = std::move(idle_.back());
    idle_.pop_back();
    connection->idle_in_ = nullptr;
    connection->socket().descriptor().set_hang_up_listener(nullptr);
    if (is_quiet(*connection)) {
      connection->reused = true;
      return connection;
    }
    forget(std::move(connection));
  }
  return nullptr;
}

void H1Pool::give_back(std::unique_ptr<H1Connection> connection) {
  const bool unusable = retired_ || !connection->socket().is_open() ||
                        !connection->inbound.empty() || connection->inbound.ended() ||
                        connection->socket().descriptor().hung_up();
  if (unusable) return forget(std::move(connection));
  connection->idle_in_ = this;
  connection->idle_since_ = connector_.reactor().now();
  connection->socket().descriptor().set_hang_up_listener(connection.get());
  idle_.push_back(std::move(connection));
  wake_waiter();
}

void H1Pool::forget(std::unique_ptr<H1Connection> connection) {
  connection.reset();
  --open_;
  wake_waiter();
}

void H1Pool::evict(H1Connection& connection) {
  const auto found = std::ranges::find_if(
      idle_, [&connection](const auto& idle) { return idle.get() == &connection; });
  TIDEGATE_CHECK(found != idle_.end());
  auto owned = std::move(*found);
  idle_.erase(found);
  forget(std::move(owned));
}

void H1Pool::wake_waiter() {
  if (waiters_.empty()) return;
  Waiter* first = waiters_.front();
  waiters_.pop_front();
  first->called = true;
  first->event.set();
}

void H1Pool::close_idle(SteadyTime before) {
  const auto first_kept = std::ranges::find_if(
      idle_, [before](const auto& connection) { return connection->idle_since_ >= before; });
  open_ -= static_cast<std::size_t>(first_kept - idle_.begin());
  idle_.erase(idle_.begin(), first_kept);
}

void H1Pool::retire() {
  retired_ = true;
  open_ -= idle_.size();
  idle_.clear();
}

}  // namespace tidegate::upstream
