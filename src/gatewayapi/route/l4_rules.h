// Backends of TLSRoutes, TCPRoutes and UDPRoutes.
#pragma once

#include <span>
#include <vector>

#include "config/backend.h"
#include "gatewayapi/route/rule_context.h"
#include "resource/l4_route.h"

namespace tidegate::gatewayapi {

// The backends of the one rule that such a route has. One that cannot be resolved keeps its weight:
// that share of connections is refused.
std::vector<config::WeightedBackend> compile_l4_backends(
    std::span<const resource::L4RouteRule> rules, BackendUse use, RuleContext& context);

}  // namespace tidegate::gatewayapi
