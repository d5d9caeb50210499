// What a compile leaves behind: every stage's result with everything it was made from, for the next
// compile and for statuses. Views between the parts stay valid because a state keeps all of them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gatewayapi/backend/backend_table.h"
#include "gatewayapi/backend/tls_policies.h"
#include "gatewayapi/index.h"
#include "gatewayapi/listener/topology.h"
#include "gatewayapi/options.h"
#include "gatewayapi/permissions.h"
#include "gatewayapi/policy/pipelines.h"
#include "gatewayapi/policy/region_locks.h"
#include "gatewayapi/route/route_book.h"
#include "gatewayapi/status.h"
#include "resource/resource_set.h"

namespace tidegate::gatewayapi {

struct CompileState {
  std::shared_ptr<const resource::ResourceSet> resources;
  CompileOptions options;
  std::shared_ptr<const ResourceIndex> index;
  std::shared_ptr<const Grants> grants;
  std::shared_ptr<const Topology> topology;
  std::shared_ptr<const TlsPolicies> policies;
  std::shared_ptr<const RegionLocks> region_locks;
  std::shared_ptr<const PipelineBook> pipelines;
  std::shared_ptr<const ClientCertificates> client_certificates;
  std::shared_ptr<BackendTable> backends;  // the memo: grows as routes name new backends
  RouteBook routes;                        // before settle_http_against_grpc
  RouteBook settled;                       // after it
  std::size_t backends_in_use = 0;

  // Made when asked for. Statuses of Backends depend on no route and are shared by all states in
  // which they are the same.
  // Use Compilation::statuses() and notes(), or the functions below for a part.
  using BackendStatuses = std::optional<std::vector<BackendStatus>>;
  std::shared_ptr<BackendStatuses> backend_statuses;
  mutable std::optional<Statuses> statuses;
  mutable std::optional<std::vector<std::string>> notes;
};

// Everything but routes and Backends.
Statuses make_few_statuses(const CompileState& state);
const std::vector<BackendStatus>& backend_statuses(const CompileState& state);

}  // namespace tidegate::gatewayapi
