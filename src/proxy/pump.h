// The response body on its way from the upstream to the client.
#pragma once

#include "async/task.h"
#include "proxy/flight.h"
#include "upstream/call.h"

namespace tidegate::proxy {

// Relays `source` to the started response until its end. A slow client slows the source.
// Errors: the source's (origin upstream) or the writer's (origin downstream).
async::Task<Result<void>> relay_body(Flight& flight, stream::BodySource& source);

// After a 101: raw bytes both ways until both sides have ended or one has failed.
async::Task<Result<void>> relay_tunnel(Flight& flight, upstream::Call& call);

}  // namespace tidegate::proxy
