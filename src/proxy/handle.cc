#include "proxy/handle.h"

#include <utility>

#include "proxy/choose_route.h"
#include "proxy/deadline.h"
#include "proxy/error_response.h"
#include "proxy/finish.h"
#include "proxy/flight.h"
#include "proxy/forward.h"
#include "proxy/local_answers.h"
#include "proxy/pipeline_outcome.h"
#include "proxy/pipeline_stage.h"
#include "proxy/prepare.h"

namespace tidegate::proxy {
namespace {

// The order of things. Every step may fail; handle() turns the failure into the answer.
async::Task<Result<void>> serve(Flight& flight) {
  if (auto prepared = prepare_request(flight); !prepared) co_return prepared;
  const bool processed = flight.snapshot->pipelines() != nullptr;
  if (processed) {
    TIDEGATE_CO_TRY_VOID(run_gateway_pipelines(flight));
  }
  if (auto chosen = choose_route(flight); !chosen) co_return chosen;
  if (flight.decision.outcome == route::Outcome::kNeedsModel) {
    TIDEGATE_CO_TRY_VOID(choose_route_by_payload(flight));
  }
  if (has_local_answer(flight)) co_return co_await answer_locally(flight);
  RequestDeadline deadline(flight);
  auto forwarded =
      processed ? co_await forward_through_pipelines(flight) : co_await forward(flight);
  if (deadline.is_running()) co_await deadline.stop();
  co_return forwarded;
}

}  // namespace

async::Task<void> handle(exchange::Exchange& exchange, std::shared_ptr<const Snapshot> snapshot,
                         const Port& port, WorkerContext& worker) {
  Flight flight(exchange, std::move(snapshot), port, worker);
  auto served = co_await serve(flight);
  if (!served && flight.pipelines != nullptr && flight.pipelines->reply) {
    served = co_await send_pipeline_reply(flight);
  }
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
