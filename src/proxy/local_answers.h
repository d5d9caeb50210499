// Requests that no backend needs to see: redirects, CORS preflights, the list of models.
#pragma once

#include "async/task.h"
#include "proxy/flight.h"

namespace tidegate::proxy {

enum class Answered : std::uint8_t { kNo, kYes };

// Answers by what the chosen rule says, where it can without a backend.
// Errors: kNoBackend for a rule that has nothing to answer with, or that could not be understood.
async::Task<Result<Answered>> answer_locally(Flight& flight);

}  // namespace tidegate::proxy
