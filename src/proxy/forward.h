// To a backend and back: the choice among backends, the tries, the relay.
#pragma once

#include "async/task.h"
#include "proxy/flight.h"

namespace tidegate::proxy {

// Sends the request to one of the rule's backends and relays the answer. Tries again, on another
// endpoint where there is one, while nothing of a response went downstream: as the rule's retry
// says, and once when a pooled connection turned out to be closed. Errors: what the last try failed
// with; kNoBackend for a reference that does not resolve.
async::Task<Result<void>> forward(Flight& flight);

}  // namespace tidegate::proxy
