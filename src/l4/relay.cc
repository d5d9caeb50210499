#include "l4/relay.h"

#include <utility>

namespace tidegate::l4 {

Relay::Relay(io::Inbound& downstream, io::Inbound& upstream, std::chrono::milliseconds idle)
    : downstream_(downstream),
      upstream_(upstream),
      reactor_(downstream.socket().reactor()),
      idle_(idle),
      last_byte_(reactor_.now()),
      pumps_(reactor_) {}

async::Task<RelayResult> Relay::run(async::CancelScope& scope) {
  hook_into(scope);
  pumps_.spawn(pump(downstream_, upstream_, result_.bytes_up));
  pumps_.spawn(pump(upstream_, downstream_, result_.bytes_down));
  co_await pumps_.drain();
  unhook();
  if (result_.failure) {
    downstream_.socket().abort();
    upstream_.socket().abort();
  }
  co_return std::move(result_);
}

async::Task<void> Relay::pump(io::Inbound& from, io::Inbound& to, std::uint64_t& bytes) {
  while (!result_.failure) {
    const Result<bool> more = co_await move_some(from, to, bytes);
    if (!more) {
      stop(more.error());
    } else if (!*more) {
      to.socket().shutdown_write();
      break;
    }
  }
}

// One read and its write. False when `from` has ended.
async::Task<Result<bool>> Relay::move_some(io::Inbound& from, io::Inbound& to,
                                           std::uint64_t& bytes) {
  if (from.empty()) {
    const Result<std::size_t> got = co_await from.fill(reactor_.timeouts(idle_));
    if (!got) {
      const bool busy = got.error().code == ErrorCode::kTimeout && !idle_since_last_byte();
      if (busy) co_return true;
      co_return std::unexpected(got.error());
    }
    if (*got == 0) co_return false;
  }
  last_byte_ = reactor_.now();
  const io::Parts parts(from.unread());
  bytes += parts.bytes();
  // Sent at once or copied by the write: not kept a second time by the inbound.
  from.consume(parts.bytes());
  TIDEGATE_CO_TRY_VOID(to.socket().write(parts, reactor_.timeouts(idle_)));
  last_byte_ = reactor_.now();
  co_return true;
}

bool Relay::idle_since_last_byte() const { return reactor_.now() - last_byte_ >= idle_; }

void Relay::stop(Error why) {
  if (!result_.failure) result_.failure = std::move(why);
  downstream_.socket().descriptor().cancel_waiters();
  upstream_.socket().descriptor().cancel_waiters();
}

void Relay::on_cancel() {
  stop(Error(ErrorCode::kCancelled, Origin::kInternal, "relay cancelled"));
}

}  // namespace tidegate::l4
