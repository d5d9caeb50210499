#include "gatewayapi/compile.h"

#include <utility>

#include "gatewayapi/compile_state.h"
#include "gatewayapi/document.h"
#include "gatewayapi/make_statuses.h"

namespace tidegate::gatewayapi {

namespace {

// What must be made anew, by comparing inputs by pointer.
struct Changes {
  bool index = true;
  bool grants = true;
  bool topology = true;
  bool access = true;  // policies of routes and listeners
  bool pipelines = true;
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
  const resource::ResourceSet& before = *state.resources;
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
  changes.access = now.access_policies != before.access_policies;
  changes.pipelines = now.payload_pipelines != before.payload_pipelines;
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
  return compile(std::make_shared<const resource::ResourceSet>(resources), options, previous);
}

Compilation compile(std::shared_ptr<const resource::ResourceSet> resources,
                    const CompileOptions& options, const Compilation* previous) {
  const CompileState* old = previous != nullptr ? previous->state.get() : nullptr;
  if (old != nullptr && is_worn_out(*old)) old = nullptr;
  const Changes changes = old != nullptr ? find_changes(*resources, options, *old) : Changes{};

  auto state = std::make_shared<CompileState>();
  state->resources = std::move(resources);
  state->options = options;
  const resource::ResourceSet& set = *state->resources;

  // What objects refer to, and who may refer to whom.
  state->index = changes.index ? std::make_shared<ResourceIndex>(set) : old->index;
  state->grants = changes.grants ? std::make_shared<Grants>(set.reference_grants) : old->grants;
  const Lookup lookup{*state->index, *state->grants, options.processors, &options.location};

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
  state->region_locks =
      changes.access ? std::make_shared<RegionLocks>(set.access_policies) : old->region_locks;
  state->pipelines = changes.pipelines || changes.backends
                         ? std::make_shared<PipelineBook>(
                               set.payload_pipelines, set.backends, *state->backends,
                               backend_inputs, old != nullptr ? old->pipelines.get() : nullptr)
                         : old->pipelines;
  const RouteInputs route_inputs{topology, backend_inputs, *state->backends, *state->region_locks,
                                 *state->pipelines};
  const bool processed_alike = old != nullptr && state->pipelines->same_as(*old->pipelines);
  state->routes =
      old == nullptr || changes.topology || changes.access || !processed_alike
          ? compile_routes(set, route_inputs)
          : update_routes(old->routes, *old->resources, set, changed_backends, route_inputs);
  state->settled = settle_http_against_grpc(state->routes, topology);

  state->backend_statuses = changes.backends || changes.pipelines
                                ? std::make_shared<CompileState::BackendStatuses>()
                                : old->backend_statuses;

  Compilation result;
  result.document = make_document(topology, state->settled, *state->backends, *state->region_locks,
                                  *state->pipelines);
  state->backends_in_use = result.document->backends.size();
  result.state = std::move(state);
  return result;
}

Statuses make_few_statuses(const CompileState& state) {
  Statuses statuses = make_statuses(*state.resources, state.options, *state.topology, state.settled,
                                    *state.policies, *state.backends);
  statuses.access_policies = state.region_locks->make_statuses(*state.resources, *state.topology);
  statuses.pipelines = state.pipelines->make_statuses(*state.resources, *state.topology);
  return statuses;
}

const std::vector<BackendStatus>& backend_statuses(const CompileState& state) {
  auto& statuses = *state.backend_statuses;
  const Lookup lookup{*state.index, *state.grants, state.options.processors,
                      &state.options.location};
  if (!statuses) statuses = make_backend_statuses(*state.resources, lookup, *state.pipelines);
  return *statuses;
}

const Statuses& Compilation::statuses() const {
  if (state->statuses) return *state->statuses;
  Statuses statuses = make_few_statuses(*state);
  for (const auto& result : state->settled.results()) {
    if (result->status) statuses.routes.push_back(result->status);
  }
  statuses.backends = backend_statuses(*state);
  state->statuses = std::move(statuses);
  return *state->statuses;
}

const std::vector<std::string>& Compilation::notes() const {
  if (!state->notes) state->notes = make_notes(*state->topology, state->settled);
  return *state->notes;
}

}  // namespace tidegate::gatewayapi
