// All routes, compiled, in order of precedence; and how the next one is made from the last.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "gatewayapi/route/compile_route.h"

namespace tidegate::gatewayapi {

using RouteBook = std::vector<std::shared_ptr<const RouteResult>>;

// Compiles every route.
RouteBook compile_routes(const resource::ResourceSet& resources, const RouteInputs& inputs);

// Compiles only what changed: routes that are not in `old_resources` by pointer, and those that
// used a backend whose entry is in `changed_backends`. All others keep their result. REQUIRES:
// topology and grants are those that `old` was compiled against; `old` was compiled from
// `old_resources`.
RouteBook update_routes(const RouteBook& old, const resource::ResourceSet& old_resources,
                        const resource::ResourceSet& resources,
                        const std::vector<bool>& changed_backends, const RouteInputs& inputs);

// HTTPRoutes and GRPCRoutes with the same hostname do not share a listener: the older one keeps it.
// Replaces the losers by results without those attachments; a parent that lost all of them is not
// accepted. Source: Gateway API v1.6.1, GRPCRouteSpec.hostnames.
RouteBook settle_http_against_grpc(RouteBook book, const Topology& topology);

}  // namespace tidegate::gatewayapi
