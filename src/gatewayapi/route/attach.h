// Which listeners a route attaches to, through each of its parentRefs.
//
// A parentRef of kind Gateway sees the Gateway's own listeners only, one of kind ListenerSet only
// that set's. Source: Gateway API v1.6.1, ParentReference, AllowedRoutes, AttachedRoutes.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gatewayapi/listener/topology.h"
#include "resource/http_route.h"

namespace tidegate::gatewayapi {

// What attachment needs to know of a route of any kind.
struct RouteFacts {
  RouteKind kind = RouteKind::kHttp;
  std::string_view namespace_;
  std::span<const resource::ParentReference> parent_refs;
  resource::UseDefaultGateways use_default_gateways = resource::UseDefaultGateways::kUnset;
  std::span<const std::string> hostnames;
};

struct AttachedListener {
  std::uint32_t listener = 0;          // index into Topology::listeners
  std::vector<std::string> hostnames;  // common to both; empty: every host of the listener
};

// A parentRef that names something of ours.
struct ParentMatch {
  const resource::ParentReference* parent_ref = nullptr;  // as written; null for a default Gateway
  std::optional<resource::ParentReference> default_gateway;  // claimed by useDefaultGateways
  std::vector<AttachedListener> listeners;                   // empty when rejected
  std::optional<Problem> rejected;  // NoMatchingParent, NotAllowedByListeners, ...
};

// One match for each parentRef of ours, in the route's order, then default Gateways.
std::vector<ParentMatch> match_parents(const RouteFacts& route, const Topology& topology,
                                       const ResourceIndex& index);

}  // namespace tidegate::gatewayapi
