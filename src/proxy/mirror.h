// RequestMirror: copies of a request to other backends, whose answers are read and dropped.
#pragma once

#include "http/message.h"
#include "proxy/flight.h"

namespace tidegate::proxy {

// Starts the copies that the rule's filters and chance ask for. They run in the worker's background
// group and do not delay or fail the exchange. REQUIRES: flight.body().whole() when the rule has
// mirrors.
void send_mirrors(Flight& flight, const http::RequestHead& head);

}  // namespace tidegate::proxy
