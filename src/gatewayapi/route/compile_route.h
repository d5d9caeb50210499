// One route of any kind, compiled: what it is to each listener that takes it, and its status.
#pragma once

#include <cstdint>
#include <memory>
#include <variant>
#include <vector>

#include "config/document.h"
#include "gatewayapi/backend/backend_table.h"
#include "gatewayapi/listener/topology.h"
#include "gatewayapi/policy/pipelines.h"
#include "gatewayapi/policy/region_locks.h"
#include "gatewayapi/status.h"
#include "resource/resource_set.h"

namespace tidegate::gatewayapi {

using RouteObject = std::variant<
    std::shared_ptr<const resource::HttpRoute>, std::shared_ptr<const resource::GrpcRoute>,
    std::shared_ptr<const resource::TlsRoute>, std::shared_ptr<const resource::TcpRoute>,
    std::shared_ptr<const resource::UdpRoute>>;

RouteKind kind_of(const RouteObject& object);
const resource::ObjectMeta& meta_of(const RouteObject& object);

using CompiledRoute =
    std::variant<std::shared_ptr<const config::HttpRoute>, std::shared_ptr<const config::L4Route>>;

// A listener that takes the route through one of its parentRefs.
struct Attachment {
  std::uint32_t listener = 0;  // index into Topology::listeners
  std::uint32_t parent = 0;    // index into RouteStatus::parents
  CompiledRoute route;         // the same pointer wherever hostnames and backends are the same
};

struct RouteResult {
  RouteObject object;
  std::shared_ptr<const RouteStatus> status;  // null: no parentRef names anything of ours
  std::vector<Attachment> attachments;        // of accepted parents
  std::vector<std::uint32_t> backends;        // entries of the BackendTable that it was made from
};

// What routes are compiled against.
struct RouteInputs {
  const Topology& topology;
  const BackendInputs& backend_inputs;
  BackendTable& backends;
  const RegionLocks& region_locks;
  const PipelineBook& pipelines;
};

std::shared_ptr<const RouteResult> compile_route(const RouteObject& object,
                                                 const RouteInputs& inputs);

// Order of precedence between routes: takes_precedence(), then kind.
bool route_precedes(const RouteObject& a, const RouteObject& b);

}  // namespace tidegate::gatewayapi
