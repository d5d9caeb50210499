#include "proxy/handle.h"

#include <utility>

#include "proxy/choose_route.h"
#include "proxy/deadline.h"
#include "proxy/error_response.h"
#include "proxy/finish.h"
#include "proxy/flight.h"
#include "proxy/forward.h"
#include "proxy/local_answers.h"
#include "proxy/prepare.h"

namespace tidegate::proxy {
namespace {

// The order of things. Every step may fail; handle() turns the failure into the answer.
async::Task<Result<void>> serve(Flight& flight) {
  TIDEGATE_CO_TRY_VOID(prepare_request(flight));
  TIDEGATE_CO_TRY_VOID(choose_route(flight));
  TIDEGATE_CO_TRY(answered, answer_locally(flight));
  if (answered == Answered::kYes) co_return Result<void>();
  RequestDeadline deadline(flight);
  auto forwarded = co_await forward(flight);
  co_await deadline.stop();
  co_return forwarded;
}

}  // namespace

async::Task<void> handle(exchange::Exchange& exchange, std::shared_ptr<const Snapshot> snapshot,
                         const Port& port, WorkerContext& worker) {
  Flight flight(exchange, std::move(snapshot), port, worker);
  auto served = co_await serve(flight);
  if (!served) {
    flight.error = std::move(served).error();
    co_await answer_error(flight);
  }
  finish(flight);
}

async::Task<void> refuse(exchange::Exchange& exchange, Error error,
                         std::shared_ptr<const Snapshot> snapshot, const Port& port,
                         WorkerContext& worker) {
  Flight flight(exchange, std::move(snapshot), port, worker);
  flight.error = std::move(error);
  co_await answer_error(flight);
  finish(flight);
}

}  // namespace tidegate::proxy
