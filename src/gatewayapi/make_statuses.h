// The statuses of all objects, from what the other steps found out.
#pragma once

#include <string>
#include <vector>

#include "gatewayapi/backend/backend_table.h"
#include "gatewayapi/backend/tls_policies.h"
#include "gatewayapi/listener/topology.h"
#include "gatewayapi/options.h"
#include "gatewayapi/policy/pipelines.h"
#include "gatewayapi/route/route_book.h"
#include "gatewayapi/status.h"
#include "resource/resource_set.h"

namespace tidegate::gatewayapi {

// Everything but Statuses::routes and Statuses::backends.
Statuses make_statuses(const resource::ResourceSet& resources, const CompileOptions& options,
                       const Topology& topology, const RouteBook& routes,
                       const TlsPolicies& policies, const BackendTable& backends);

// Statuses of our Backend kind; they depend on no route.
std::vector<BackendStatus> make_backend_statuses(const resource::ResourceSet& resources,
                                                 const Lookup& lookup,
                                                 const PipelineBook& pipelines);

// Statuses of BackendTLSPolicies: one ancestor per Gateway that reaches a target through a route.
std::vector<PolicyStatus> make_policy_statuses(const Topology& topology, const RouteBook& routes,
                                               const TlsPolicies& policies,
                                               const BackendTable& backends);

// Objects that were passed over: the topology's notes and routes without a parent of ours.
std::vector<std::string> make_notes(const Topology& topology, const RouteBook& routes);
std::string unattached_note(const RouteObject& route);

}  // namespace tidegate::gatewayapi
