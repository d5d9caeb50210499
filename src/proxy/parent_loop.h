// Gateways behind gateways: what a request tells of those that it passed, so that loops end and
// only the first of them tries again.
//
// A Backend with `parent: true` gets CDN-Loop with this gateway's id and x-tidegate-hops, how many
// gateways the request has passed. The id is made anew at each start, so copies of a gateway have
// different ones: a loop through all of them ends where it meets the first one again, or at
// limits::kMaxGatewayHops.   Source: RFC 8586.   Thread: the worker's.
#pragma once

#include "base/error.h"
#include "http/header_map.h"
#include "proxy/flight.h"

namespace tidegate::proxy {

// Reads what came in into flight.hops.
// Errors: kLoop, origin downstream.
Result<void> note_hops(Flight& flight);

// Tags a request to a parent; takes the count of hops out of a request to anybody else.
enum class ToParent : bool { kNo, kYes };
void mark_hop(const Flight& flight, ToParent to, http::HeaderMap& fields);

}  // namespace tidegate::proxy
