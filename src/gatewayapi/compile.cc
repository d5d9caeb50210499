#include "gatewayapi/compile.h"

#include <utility>

#include "gatewayapi/backend/backend_table.h"
#include "gatewayapi/backend/tls_policies.h"
#include "gatewayapi/document.h"
#include "gatewayapi/listener/topology.h"
#include "gatewayapi/make_statuses.h"
#include "gatewayapi/permissions.h"
#include "gatewayapi/route/route_book.h"

namespace tidegate::gatewayapi {

// Every stage's result with everything it was made from. Views between the parts stay valid because
// a state keeps all of them.
struct CompileState {
  resource::ResourceSet resources;
  CompileOptions options;
  std::shared_ptr<const ResourceIndex> index;
  std::shared_ptr<const Grants> grants;
  std::shared_ptr<const Topology> topology;
  std::shared_ptr<const TlsPolicies> policies;
  std::shared_ptr<const ClientCertificates> client_certificates;
  std::shared_ptr<BackendTable> backends;  // the memo: grows as routes name new backends
  RouteBook routes;                        // before settle_http_against_grpc
  std::vector<BackendStatus> backend_statuses;
  std::size_t backends_in_use = 0;
};

namespace {

// What must be made anew, by comparing inputs by pointer.
struct Changes {
  bool index = true;
  bool grants = true;
  bool topology = true;
  bool backends = true;
  BackendChanges backend_changes;  // where `backends`
};

// A memo that mostly remembers backends which no route names any more is not worth keeping.
bool is_worn_out(const CompileState& state) {
  constexpr std::size_t kSlack = 1024;
  return state.backends->size() > 2 * state.backends_in_use + kSlack;
}

Changes find_changes(const resource::ResourceSet& now, const CompileOptions& options,
                     const CompileState& state) {
  const resource::ResourceSet& before = state.resources;
  const bool tls_objects = now.secrets != before.secrets || now.config_maps != before.config_maps;
  Changes changes;
  changes.index = tls_objects || now.services != before.services ||
                  now.endpoint_slices != before.endpoint_slices ||
                  now.backends != before.backends || now.namespaces != before.namespaces;
  changes.grants = now.reference_grants != before.reference_grants;
  changes.topology = changes.grants || tls_objects || options != state.options ||
                     now.gateway_classes != before.gateway_classes ||
                     now.gateways != before.gateways || now.listener_sets != before.listener_sets ||
                     now.namespaces != before.namespaces;
  const bool policies = now.backend_tls_policies != before.backend_tls_policies;
  changes.backends = changes.index || changes.topology || policies;
  if (changes.backends && !changes.topology && !policies) {
    changes.backend_changes = find_backend_changes(before, now);
  }
  return changes;
}

std::shared_ptr<const ClientCertificates> collect_client_certificates(const Topology& topology) {
  auto certificates = std::make_shared<ClientCertificates>();
  for (const ServedGateway& gateway : topology.gateways) {
    if (gateway.client_certificate) certificates->emplace(gateway.id, gateway.client_certificate);
  }
  return certificates;
}

// The backends to start from: none, those of the last compile, or these with what changed resolved
// again.
std::shared_ptr<BackendTable> take_backends(const CompileState* old, const Changes& changes,
                                            const BackendInputs& inputs,
                                            std::vector<bool>& changed) {
  if (old == nullptr) return std::make_shared<BackendTable>();
  if (!changes.backends) return old->backends;
  return std::make_shared<BackendTable>(
      BackendTable::refresh(*old->backends, changes.backend_changes, inputs, changed));
}

}  // namespace

Compilation compile(const resource::ResourceSet& resources, const CompileOptions& options,
                    const Compilation* previous) {
  const CompileState* old = previous != nullptr ? previous->state.get() : nullptr;
  if (old != nullptr && is_worn_out(*old)) old = nullptr;
  const Changes changes = old != nullptr ? find_changes(resources, options, *old) : Changes{};

  auto state = std::make_shared<CompileState>();
  state->resources = resources;
  state->options = options;
  const resource::ResourceSet& set = state->resources;

  // What objects refer to, and who may refer to whom.
  state->index = changes.index ? std::make_shared<ResourceIndex>(set) : old->index;
  state->grants = changes.grants ? std::make_shared<Grants>(set.reference_grants) : old->grants;
  const Lookup lookup{*state->index, *state->grants};

  // Gateways, ListenerSets and their listeners, with all conflicts decided.
  state->topology = changes.topology
                        ? std::make_shared<Topology>(make_topology(set, lookup, options))
                        : old->topology;
  const Topology& topology = *state->topology;

  // Backends: those known before are resolved again only when something they are made of changed.
  std::vector<bool> changed_backends;
  state->policies = changes.backends
                        ? std::make_shared<TlsPolicies>(set.backend_tls_policies, lookup)
                        : old->policies;
  state->client_certificates =
      changes.backends ? collect_client_certificates(topology) : old->client_certificates;
  const BackendInputs backend_inputs{lookup, *state->policies, *state->client_certificates};
  state->backends = take_backends(old, changes, backend_inputs, changed_backends);

  // Routes: all of them when what they attach to changed, else only those that did or whose
  // backends did.
  const RouteInputs route_inputs{topology, backend_inputs, *state->backends};
  state->routes =
      old == nullptr || changes.topology
          ? compile_routes(set, route_inputs)
          : update_routes(old->routes, old->resources, set, changed_backends, route_inputs);
  const RouteBook routes = settle_http_against_grpc(state->routes, topology);

  // Results.
  Compilation result;
  auto document = make_document(topology, routes, *state->backends);
  state->backends_in_use = document->backends.size();
  state->backend_statuses =
      changes.backends ? make_backend_statuses(set, lookup) : old->backend_statuses;
  result.document = std::move(document);
  result.statuses =
      make_statuses(set, options, topology, routes, *state->policies, *state->backends);
  result.statuses.backends = state->backend_statuses;
  result.notes = make_notes(topology, routes);
  result.state = std::move(state);
  return result;
}

}  // namespace tidegate::gatewayapi
