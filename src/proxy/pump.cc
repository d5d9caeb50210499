#include "proxy/pump.h"

#include "async/task_group.h"

namespace tidegate::proxy {

using stream::End;

async::Task<Result<void>> relay_body(Flight& flight, stream::BodySource& source) {
  exchange::ResponseWriter& response = *flight.exchange.response;
  while (true) {
    stream::Piece piece;
    if (auto here = source.next_now()) {
      piece = *here;
    } else {
      if (!response.committed() && !source.ready()) {
        TIDEGATE_CO_TRY_VOID(response.flush());
      }
      TIDEGATE_CO_TRY(next, source.next());
      piece = next;
    }
    flight.bytes_out += piece.bytes.size();
    const http::HeaderMap* trailers = piece.end == End::kYes ? source.trailers() : nullptr;
    TIDEGATE_CO_TRY_VOID(response.write(piece.bytes, piece.end, trailers));
    if (piece.end == End::kYes) co_return Result<void>();
  }
}

namespace {

// The client's bytes to the upstream. When they fail, the upstream is told by closing its side.
async::Task<void> relay_up(stream::BodySource& client, upstream::Call& call, std::uint64_t& bytes) {
  while (true) {
    auto piece = co_await client.next();
    if (!piece) break;
    bytes += piece->bytes.size();
    auto written = co_await call.write_raw(piece->bytes, piece->end);
    if (!written || piece->end == End::kYes) co_return;
  }
  [[maybe_unused]] auto ended = co_await call.write_raw(std::string_view(), End::kYes);
}

}  // namespace

async::Task<Result<void>> relay_tunnel(Flight& flight, upstream::Call& call) {
  stream::BodySource* client = flight.exchange.response->upgraded();
  TIDEGATE_CO_TRY_VOID(flight.exchange.response->flush());
  async::TaskGroup up(flight.exchange.reactor);
  up.spawn(relay_up(*client, call, flight.bytes_in));
  auto down = co_await relay_body(flight, call.body());
  client->cancel();
  co_await up.drain();
  co_return down;
}

}  // namespace tidegate::proxy
