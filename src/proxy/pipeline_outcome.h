// What a chain came to, in the terms of the proxy: an Error that unwinds, and what the client is to
// get noted in the flight.   Thread: the worker's.
#pragma once

#include "async/task.h"
#include "pipeline/scope_run.h"
#include "proxy/flight.h"

namespace tidegate::proxy {

// What pipelines leave in this flight, made when the first one has something to.
PipelineState& pipeline_state(Flight& flight);

// Success where the exchange goes on (a re-route included). REQUIRES: flight.pipelines.
Result<void> conclude(Flight& flight, const pipeline::Outcome& outcome);

// Ends the exchange with `refusal`; the log says `error`.
std::unexpected<Error> refuse(Flight& flight, pipeline::Refusal refusal, Error error);
// The same for a chain that cannot run.
std::unexpected<Error> refuse_broken(Flight& flight, const pipeline::Chain& chain);

// Sends the reply that a processor made. REQUIRES: flight.pipelines->reply; nothing was sent.
async::Task<Result<void>> send_pipeline_reply(Flight& flight);

}  // namespace tidegate::proxy
