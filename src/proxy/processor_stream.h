// A stream of a processor to a backend, over an HTTP/2 stream: bytes both ways while the exchange
// goes through its phases.
//
// The request runs as a task of the worker's, since a stream is let go of where nobody can wait for
// its end; it keeps all that it uses alive.   Thread: the worker's.
#pragma once

#include <memory>

#include "pipeline/caller.h"
#include "proxy/flight.h"

namespace tidegate::proxy {

// Starts the request. What goes wrong is told by the stream's read().
// REQUIRES: `backend` is no group.
std::unique_ptr<pipeline::CallStream> open_stream(const Flight& flight,
                                                  std::shared_ptr<const config::Backend> backend,
                                                  const pipeline::CallRequest& request);

}  // namespace tidegate::proxy
