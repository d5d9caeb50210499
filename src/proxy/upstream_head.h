// How one backend gets the head of the client's request: with filters, host and credentials. Used
// for the request itself and for mirrored copies, which go to other backends and so get their own
// host and their own credentials. What a model provider wants besides: provider_request.h.
#pragma once

#include "http/message.h"
#include "proxy/flight.h"

namespace tidegate::proxy {

// Fills `head`, which is empty, for `backend`: the client's fields with the filters of the rule,
// then with `own`, those of the backend reference (null: none), then the gateway's credentials.
void make_upstream_head(const Flight& flight, const config::Backend& backend,
                        const config::Filters* own, http::RequestHead& head);

}  // namespace tidegate::proxy
