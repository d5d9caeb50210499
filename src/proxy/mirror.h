// RequestMirror: copies of a request to other backends, whose answers are read and dropped.
#pragma once

#include "proxy/flight.h"

namespace tidegate::proxy {

// Whether the rule, or the backend reference chosen for this exchange, has mirrors.
bool has_mirrors(const Flight& flight, const config::WeightedBackend& choice);

// Starts the copies that these mirrors and chance ask for, each made for its own backend: filters
// of the rule, but host, credentials and model name of the mirror's backend. They run in the
// worker's background group and do not delay or fail the exchange.
// REQUIRES: flight.body().whole() when has_mirrors(), and a payload not yet made for a provider.
void send_mirrors(Flight& flight, const config::WeightedBackend& choice);

}  // namespace tidegate::proxy
