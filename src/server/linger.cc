#include "server/linger.h"

#include "base/limits.h"

namespace tidegate::server {

async::Task<void> linger(io::Inbound& inbound) {
  inbound.socket().shutdown_write();
  async::Reactor& reactor = inbound.socket().reactor();
  const SteadyTime deadline = reactor.now() + limits::kMaxLingerTime;
  std::size_t dropped = 0;
  while (dropped < limits::kMaxLingerBytes && reactor.now() < deadline &&
         inbound.socket().is_open()) {
    dropped += inbound.unread().size();
    inbound.consume(inbound.unread().size());
    auto got = co_await inbound.fill(reactor.timeouts(limits::kLingerTimeout));
    if (!got || *got == 0) co_return;
  }
}

}  // namespace tidegate::server
