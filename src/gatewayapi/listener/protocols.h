// What a listener's protocol, TLS mode and allowed kinds amount to.
#pragma once

#include "gatewayapi/listener/topology.h"

namespace tidegate::gatewayapi {

// Sets protocol, or not_accepted (UnsupportedProtocol, UnsupportedValue).
void judge_protocol(ServedListener& listener);

// Sets kinds: what the protocol allows, narrowed by allowedRoutes.kinds; unresolved
// (InvalidRouteKinds) when those name a kind that the protocol does not allow. Needs
// judge_protocol().
void judge_kinds(ServedListener& listener);

}  // namespace tidegate::gatewayapi
