#include "proxy/payload.h"

#include <fmt/format.h>

#include <memory>
#include <string>
#include <utility>

#include "base/limits.h"
#include "stream/memory_body.h"

namespace tidegate::proxy {

async::Task<Result<void>> read_payload(Flight& flight) {
  http::RequestHead& request = flight.exchange.request;
  if (request.body.bytes > limits::kMaxBufferedBodyBytes) {
    co_return fail(ErrorCode::kBodyTooLarge, Origin::kDownstream,
                   fmt::format("body over {} bytes", limits::kMaxBufferedBodyBytes));
  }
  // What follows the head of an upgrade request is no payload.
  if (!request.upgrade.empty()) co_return Result<void>();
  TIDEGATE_CO_TRY_VOID(flight.body().gather());
  if (flight.body().whole()) co_return Result<void>();
  std::string text;
  text.reserve(request.body.bytes + 64);
  while (true) {
    TIDEGATE_CO_TRY(piece, flight.exchange.body->next());
    if (text.size() + piece.bytes.size() > limits::kMaxBufferedBodyBytes) {
      co_return fail(ErrorCode::kBodyTooLarge, Origin::kDownstream,
                     fmt::format("body over {} bytes", limits::kMaxBufferedBodyBytes));
    }
    text.append(piece.bytes);
    if (piece.end == stream::End::kYes) break;
  }
  request.body = http::BodyLength::known(text.size());
  flight.payload = std::make_unique<stream::MemoryBody>(std::move(text));
  co_return Result<void>();
}

}  // namespace tidegate::proxy
