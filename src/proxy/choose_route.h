// Which route answers, reading the payload only where the decision or the backend needs it.
#pragma once

#include "async/task.h"
#include "proxy/flight.h"

namespace tidegate::proxy {

// Fills decision, and call, facts, model and payload when the payload was needed.
// Errors: kNotFound (404), kMisdirected (421), and those of reading and parsing the payload:
// kBodyTooLarge (413), kMalformed (400 that says where), the body source's own.
Result<void> choose_route(Flight& flight);

// Reads what a model call says of itself, once: fills call, facts and model, and payload where the
// body names the model. Requests that are no model calls stay as they are.
async::Task<Result<void>> read_model_call(Flight& flight);

// After choose_route() left the outcome at kNeedsModel: reads the payload and decides.
async::Task<Result<void>> choose_route_by_payload(Flight& flight);

}  // namespace tidegate::proxy
