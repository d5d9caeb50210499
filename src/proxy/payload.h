// Whole payloads: read up to limits::kMaxBufferedBodyBytes when something asks to see them.
#pragma once

#include <cstddef>

#include "async/task.h"
#include "proxy/flight.h"

namespace tidegate::proxy {

// Makes flight.body().whole() available, for what must see it. A body that is here already is not
// copied. Errors: kBodyTooLarge beyond the limit; the source's own.
async::Task<Result<void>> read_payload(Flight& flight);

// The same for what would like to have it, to send it more than once. False: it is over the limit,
// and goes its way once, as it comes. Errors: the source's own.
async::Task<Result<bool>> keep_payload(Flight& flight);

// How long the request's body is once it is kept: one with trailers has no length told.
http::BodyLength kept_length(const Flight& flight, std::size_t bytes);

}  // namespace tidegate::proxy
