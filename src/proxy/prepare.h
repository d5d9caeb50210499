// First step of an exchange: what a client must not decide is taken off its request.
#pragma once

#include "proxy/flight.h"

namespace tidegate::proxy {

// Removes hop-by-hop fields and the model header, which only the gateway sets; gives the request an
// id. Errors: kUnsupported for CONNECT; kMalformed for a request without a host.
Result<void> prepare_request(Flight& flight);

}  // namespace tidegate::proxy
