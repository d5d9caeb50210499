// Gateways behind gateways: what a request tells of those that it passed, so that loops end and
// only the first of them tries again.
//
// A Backend with `parent: true` gets CDN-Loop with this gateway's id and x-tidegate-hops, how many
// gateways the request has passed. The id is made anew at each start, so copies of a gateway have
// different ones: a loop through all of them ends where it meets the first one again, or at
// limits::kMaxGatewayHops. A request that neither comes from a gateway nor goes to one costs two
// comparisons of bits.   Source: RFC 8586.   Thread: the worker's.
#pragma once

#include "base/error.h"
#include "http/header_map.h"
#include "proxy/flight.h"

namespace tidegate::proxy {

// The parts of the functions below that look at fields.
Result<void> read_hops(Flight& flight);
void add_hop(const Flight& flight, http::HeaderMap& fields);

// Reads what came in into flight.hops.
// Errors: kLoop, origin downstream.
inline Result<void> note_hops(Flight& flight) {
  static constexpr http::HeaderIdSet kTags = {http::HeaderId::kCdnLoop,
                                              http::HeaderId::kXTidegateHops};
  if (!flight.exchange.request.fields.may_have(kTags)) return {};
  return read_hops(flight);
}

// Tags a request to a parent; takes the count of hops out of a request to anybody else.
enum class ToParent : bool { kNo, kYes };
inline void mark_hop(const Flight& flight, ToParent to, http::HeaderMap& fields) {
  if (to == ToParent::kYes) return add_hop(flight, fields);
  fields.remove(http::HeaderId::kXTidegateHops);
}

}  // namespace tidegate::proxy
