// The last step of a compile: listeners that serve, with their routes in order, and every backend
// in use.
#pragma once

#include <memory>

#include "config/document.h"
#include "gatewayapi/backend/backend_table.h"
#include "gatewayapi/listener/topology.h"
#include "gatewayapi/policy/pipelines.h"
#include "gatewayapi/policy/region_locks.h"
#include "gatewayapi/route/route_book.h"

namespace tidegate::gatewayapi {

// One config::Listener per listener and bind address, in the topology's order. `routes` is in order
// of precedence; of TCP and UDP routes on one listener only the first counts.
std::shared_ptr<const config::Document> make_document(const Topology& topology,
                                                      const RouteBook& routes,
                                                      const BackendTable& backends,
                                                      const RegionLocks& locks,
                                                      const PipelineBook& pipelines);

}  // namespace tidegate::gatewayapi
