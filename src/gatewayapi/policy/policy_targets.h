// What policies may target where traffic passes: Gateways and their listeners, HTTP and gRPC routes
// and their rules.   Source: GEP-713.
#pragma once

#include <string>
#include <string_view>

#include "gatewayapi/condition.h"
#include "gatewayapi/listener/topology.h"
#include "resource/references.h"
#include "resource/resource_set.h"

namespace tidegate::gatewayapi {

// Whether the reference is to a Gateway, an HTTPRoute or a GRPCRoute.
bool can_target_traffic(const resource::PolicyTargetReference& ref);
// Whether it is there, with its section. REQUIRES: can_target_traffic().
bool target_exists(const resource::PolicyTargetReference& ref, std::string_view namespace_,
                   const resource::ResourceSet& resources, const Topology& topology);
// "HTTPRoute chat/eu"
std::string describe_target(const resource::PolicyTargetReference& ref);
// The problems that policies have with their targets: Invalid, TargetNotFound.
Problem unfit_target(const resource::PolicyTargetReference& ref);
Problem missing_target(const resource::PolicyTargetReference& ref);

}  // namespace tidegate::gatewayapi
