#include "proxy/earlier_failure.h"

#include "proxy/provider_failure.h"
#include "proxy/response_head.h"
#include "stream/memory_body.h"

namespace tidegate::proxy {
namespace {

// What a provider says about a failure is short; more is a page.
constexpr std::size_t kMaxKeptBytes = 64 * 1024;

}  // namespace

EarlierFailure::EarlierFailure(Flight& flight, Attempt& attempt, const Result<void>& answered)
    : backend_(flight.backend),
      endpoint_(flight.exchange.arena.copy(attempt.endpoint())),
      answered_(answered),
      head_(flight.exchange.arena) {
  if (!answered) return;
  Arena& arena = flight.exchange.arena;
  head_.status = attempt.response().status;
  for (const http::Field& field : attempt.response().fields.fields()) {
    head_.fields.add(field.id, arena.copy(field.name), arena.copy(field.value));
  }
  body_ = attempt.take_here(kMaxKeptBytes);
}

async::Task<Result<void>> EarlierFailure::tell(Flight& flight,
                                               const config::WeightedBackend& choice) {
  flight.backend = backend_;
  flight.endpoint = endpoint_;
  if (!answered_) co_return answered_;
  make_response_head(flight, choice, head_);
  stream::MemoryBody body(body_);
  co_return co_await relay_failure(flight, head_, body);
}

}  // namespace tidegate::proxy
