#include "proxy/payload.h"

#include <fmt/format.h>

#include <memory>
#include <string>
#include <utility>

#include "base/limits.h"
#include "coding/decoder.h"
#include "http/content.h"
#include "proxy/pipeline_outcome.h"
#include "stream/begun_body.h"
#include "stream/memory_body.h"

namespace tidegate::proxy {
namespace {

void keep_trailers(Flight& flight) {
  const http::HeaderMap* trailers = flight.exchange.body->trailers();
  if (flight.request_trailers != nullptr || trailers == nullptr || trailers->empty()) return;
  flight.request_trailers = std::make_unique<http::HeaderMap>(flight.exchange.arena);
  flight.request_trailers->assign(*trailers);
}

}  // namespace

http::BodyLength kept_length(const Flight& flight, std::size_t bytes) {
  return flight.request_trailers == nullptr ? http::BodyLength::known(bytes)
                                            : http::BodyLength::chunked();
}

async::Task<Result<bool>> keep_payload(Flight& flight) {
  http::RequestHead& request = flight.exchange.request;
  if (request.body.bytes > limits::kMaxBufferedBodyBytes) co_return false;
  // What follows the head of an upgrade request is no payload.
  if (!request.upgrade.empty()) co_return true;
  TIDEGATE_CO_TRY_VOID(flight.body().gather());
  if (flight.body().whole()) {
    keep_trailers(flight);
    co_return true;
  }
  std::string text;
  text.reserve(request.body.bytes + 64);
  while (true) {
    TIDEGATE_CO_TRY(piece, flight.exchange.body->next());
    text.append(piece.bytes);
    const stream::End end = piece.end;
    if (text.size() > limits::kMaxBufferedBodyBytes) {
      flight.payload =
          std::make_unique<stream::BegunBody>(*flight.exchange.body, std::move(text), end);
      co_return false;
    }
    if (end == stream::End::kYes) break;
  }
  keep_trailers(flight);
  request.body = kept_length(flight, text.size());
  flight.payload =
      std::make_unique<stream::MemoryBody>(std::move(text), flight.request_trailers.get());
  co_return true;
}

async::Task<Result<void>> read_payload(Flight& flight) {
  TIDEGATE_CO_TRY(kept, keep_payload(flight));
  if (kept) co_return Result<void>();
  co_return fail(ErrorCode::kBodyTooLarge, Origin::kDownstream,
                 fmt::format("body over {} bytes", limits::kMaxBufferedBodyBytes));
}

async::Task<Result<void>> read_plain_payload(Flight& flight) {
  http::RequestHead& request = flight.exchange.request;
  if (!http::is_encoded(request.fields)) co_return co_await read_payload(flight);
  auto codings = coding::read_codings(request.fields, Origin::kDownstream);
  if (!codings) {
    co_return refuse(flight,
                     {.status = 415,
                      .code = kUnsupportedCoding,
                      .message = "the body is needed here, and encoded in a way that is not known"},
                     std::move(codings).error());
  }
  TIDEGATE_CO_TRY_VOID(read_payload(flight));
  const auto whole = flight.body().whole();
  if (!whole) co_return Result<void>();
  auto text =
      coding::decode_whole(*codings, *whole, {limits::kMaxBufferedBodyBytes}, Origin::kDownstream);
  if (!text) co_return std::unexpected(std::move(text).error());
  coding::fit_fields(request.fields);
  request.body = kept_length(flight, text->size());
  flight.payload =
      std::make_unique<stream::MemoryBody>(std::move(*text), flight.request_trailers.get());
  co_return Result<void>();
}

}  // namespace tidegate::proxy
