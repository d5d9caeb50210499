// What a route does to the head of an answer.   Thread: the worker's.
#pragma once

#include "config/http_route.h"
#include "proxy/flight.h"

namespace tidegate::proxy {

// Takes off hop-by-hop fields, applies the edits of the backend's and the rule's filters and CORS,
// and tells the tries of a group. `choice` is how the backend was named.
void make_response_head(const Flight& flight, const config::WeightedBackend& choice,
                        http::ResponseHead& head);

}  // namespace tidegate::proxy
