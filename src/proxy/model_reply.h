// The answer of a model provider: relayed as it came, with its usage counted on the side.
#pragma once

#include "async/task.h"
#include "proxy/flight.h"

namespace tidegate::proxy {

// Starts the response and relays `source`. Fills usage and first_token of the flight. A stream that
// breaks off fails with origin upstream, whatever its transport said: an end without the dialect's
// terminator is no end.
async::Task<Result<void>> relay_model_reply(Flight& flight, http::ResponseHead& head,
                                            stream::BodySource& source);

}  // namespace tidegate::proxy
