// Sends a model's reply that a processor has kept.   Thread: the worker's.
#pragma once

#include "async/task.h"
#include "pipeline/effects.h"
#include "proxy/flight.h"

namespace tidegate::proxy {

// In the place of a backend's: as the document or the stream that the request asks for, through the
// response phases of the processors in front of the one that answered. What came in the form that
// is asked for goes out byte for byte. Errors: of those processors, of the client's connection, or
// of a reply that cannot be read. REQUIRES: reply.kept; nothing was sent.
async::Task<Result<void>> send_kept_reply(Flight& flight, pipeline::Reply reply);

}  // namespace tidegate::proxy
