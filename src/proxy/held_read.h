// Waiting for the next bytes of a stream while processors hold back something of it: what they hold
// goes out when its time has come, or who they wait for has answered, though the upstream pauses.
//
// The coroutine that relays is the only one that writes to the client: the read goes on beside it.
// Thread: the worker's.
#pragma once

#include <string>

#include "async/task.h"
#include "proxy/flight.h"
#include "stream/body.h"

namespace tidegate::proxy {

// source.next(), beside which what is held back goes out when it must.
// Returns: the source's piece; where something was held its bytes are in `copy`.
// Errors:  the source's (origin upstream), or those of ProcessedResponse::take_pause(), after which
//          the source is cancelled.
async::Task<Result<stream::Piece>> read_next(Flight& flight, stream::BodySource& source,
                                             std::string& copy);

}  // namespace tidegate::proxy
