// Requests that no backend needs to see: redirects, CORS preflights, the list of models.
#pragma once

#include "async/task.h"
#include "proxy/flight.h"

namespace tidegate::proxy {

// Whether this is a call for the list of models (or one of it) and the listener's routes offer any.
bool offers_model_list(const Flight& flight);

// Whether the chosen rule, or the lack of one, answers this request without a backend, an error
// included.
bool has_local_answer(const Flight& flight);

// Answers it. REQUIRES: has_local_answer().
// Errors: kNoBackend for a rule that has nothing to answer with, or that could not be understood.
async::Task<Result<void>> answer_locally(Flight& flight);

// Answers with a redirect, of the rule or of a backend reference.
async::Task<Result<void>> redirect(Flight& flight, const config::Redirect& redirect);

}  // namespace tidegate::proxy
