#include "l4/stream_session.h"

#include <utility>

namespace tidegate::l4 {

async::Task<RelayResult> serve_stream(io::Inbound& downstream, io::SharedBuffer& shared,
                                      StreamUpstream& upstream, std::chrono::milliseconds idle,
                                      async::CancelScope& scope) {
  RelayResult result;
  auto socket = co_await upstream.connect(scope);
  if (!socket) {
    result.failure = std::move(socket).error();
    downstream.socket().abort();
    co_return result;
  }
  io::Inbound from_upstream(**socket, shared);
  Relay relay(downstream, from_upstream, idle);
  result = co_await relay.run(scope);
  co_return result;
}

}  // namespace tidegate::l4
