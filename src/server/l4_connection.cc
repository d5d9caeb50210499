#include "server/l4_connection.h"

#include "base/limits.h"
#include "l4/stream_session.h"

namespace tidegate::server {

async::Task<void> L4Connection::serve() {
  [[maybe_unused]] const auto relayed =
      co_await l4::serve_stream(inbound_, shared_, upstream_, limits::kTunnelIdleTimeout, scope_);
}

}  // namespace tidegate::server
