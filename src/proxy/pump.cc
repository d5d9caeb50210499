#include "proxy/pump.h"

#include "async/task_group.h"
#include "base/limits.h"
#include "proxy/held_read.h"

namespace tidegate::proxy {

using stream::End;

async::Task<Result<void>> relay_body(Flight& flight, stream::BodySource& source) {
  exchange::ResponseWriter& response = *flight.exchange.response;
  std::string held;  // a piece that was read while something was held back
  while (true) {
    stream::Piece piece;
    if (auto here = source.next_now()) {
      piece = *here;
    } else {
      if (!response.committed() && !source.ready()) {
        TIDEGATE_CO_TRY_VOID(response.flush());
      }
      TIDEGATE_CO_TRY(next, read_next(flight, source, held));
      piece = next;
    }
    flight.bytes_out += piece.bytes.size();
    const http::HeaderMap* trailers = piece.end == End::kYes ? source.trailers() : nullptr;
    TIDEGATE_CO_TRY_VOID(response.write(piece.bytes, piece.end, trailers));
    if (piece.end == End::kYes) co_return Result<void>();
  }
}

namespace {

// The client's bytes to the upstream, its end too. A client that fails ends the other direction.
async::Task<void> relay_up(Flight& flight, stream::BodySource& client, upstream::Call& call) {
  while (true) {
    auto piece = co_await client.next();
    if (!piece) {
      const bool failed = piece.error().code != ErrorCode::kCancelled;
      if (failed) flight.exchange.cancel_for(exchange::CancelReason::kClientGone);
      co_return;
    }
    flight.bytes_in += piece->bytes.size();
    auto written = co_await call.write_raw(piece->bytes, piece->end);
    if (!written || piece->end == End::kYes) co_return;
  }
}

}  // namespace

async::Task<Result<void>> relay_tunnel(Flight& flight, upstream::Call& call) {
  stream::BodySource* client = flight.exchange.response->upgraded();
  TIDEGATE_CO_TRY_VOID(flight.exchange.response->flush());
  async::TaskGroup up(flight.exchange.reactor);
  up.spawn(relay_up(flight, *client, call));
  auto down = co_await relay_body(flight, call.body());
  // After the upstream's end the client may go on, though not for ever.
  if (down) co_await up.drain_for(flight.exchange.reactor.timeouts(limits::kTunnelIdleTimeout));
  client->cancel();
  co_await up.drain();
  co_return down;
}

}  // namespace tidegate::proxy
