// Whole payloads: read up to the limit when something asks to see them.
#pragma once

#include "async/task.h"
#include "proxy/flight.h"

namespace tidegate::proxy {

// Makes flight.body().whole() available. A body that is here already is not copied.
// Errors: kBodyTooLarge beyond limits::kMaxBufferedBodyBytes; the source's own.
async::Task<Result<void>> read_payload(Flight& flight);

}  // namespace tidegate::proxy
