#include "gatewayapi/route/attach.h"

#include <algorithm>
#include <utility>

#include "gatewayapi/route/hostname.h"

namespace tidegate::gatewayapi {
namespace {

// The listeners that a parentRef could mean; absent when it names nothing of ours.
struct Candidates {
  std::span<const std::uint32_t> listeners;
  std::optional<Problem> parent_problem;
};

std::optional<Candidates> find_candidates(const resource::ParentReference& ref,
                                          std::string_view route_namespace,
                                          const Topology& topology) {
  if (ref.group.value_or(resource::kGatewayGroup) != resource::kGatewayGroup) return std::nullopt;
  const std::string_view ns = ref.namespace_ ? std::string_view(*ref.namespace_) : route_namespace;
  const ObjectName name{ns, ref.name};
  const std::string_view kind = ref.kind ? std::string_view(*ref.kind) : "Gateway";
  if (kind == "Gateway") {
    const auto found = topology.gateways_by_name.find(name);
    if (found == topology.gateways_by_name.end()) return std::nullopt;
    return Candidates{topology.gateways[found->second].listeners, std::nullopt};
  }
  if (kind == "ListenerSet") {
    const auto found = topology.listener_sets_by_name.find(name);
    if (found == topology.listener_sets_by_name.end()) return std::nullopt;
    const ServedListenerSet& set = topology.listener_sets[found->second];
    if (!set.not_accepted) return Candidates{set.listeners, std::nullopt};
    return Candidates{{}, Problem{Reason::kNoMatchingParent, set.not_accepted->message}};
  }
  return std::nullopt;
}

bool is_meant(const ServedListener& listener, const resource::ParentReference& ref) {
  return (!ref.section_name || *ref.section_name == listener.spec->name) &&
         (!ref.port || *ref.port == listener.spec->port);
}

bool is_allowed(const ServedListener& listener, const RouteFacts& route,
                const ResourceIndex& index) {
  return listener.kinds.has(route.kind) &&
         namespace_allowed(listener.spec->allowed_routes.namespaces, listener.own_namespace,
                           route.namespace_, index.namespaces);
}

ParentMatch match_listeners(const RouteFacts& route, const resource::ParentReference& ref,
                            const Candidates& candidates, const Topology& topology,
                            const ResourceIndex& index) {
  ParentMatch match;
  bool meant = false;
  bool allowed = false;
  for (const std::uint32_t i : candidates.listeners) {
    const ServedListener& listener = topology.listeners[i];
    if (!is_meant(listener, ref)) continue;
    meant = true;
    if (!is_allowed(listener, route, index)) continue;
    allowed = true;
    auto hostnames = intersect_hostnames(listener.hostname(), route.hostnames);
    if (hostnames) match.listeners.push_back({i, std::move(*hostnames)});
  }
  if (!match.listeners.empty()) return match;
  if (candidates.parent_problem) {
    match.rejected = candidates.parent_problem;
  } else if (!meant) {
    match.rejected = {Reason::kNoMatchingParent, {}};
  } else if (!allowed) {
    match.rejected = {Reason::kNotAllowedByListeners, {}};
  } else {
    match.rejected = {Reason::kNoMatchingListenerHostname, {}};
  }
  return match;
}

bool names_gateway(const RouteFacts& route, const resource::ObjectMeta& gateway) {
  return std::ranges::any_of(route.parent_refs, [&](const resource::ParentReference& ref) {
    return ref.kind.value_or("Gateway") == "Gateway" && ref.name == gateway.name &&
           (ref.namespace_ ? std::string_view(*ref.namespace_) : route.namespace_) ==
               gateway.namespace_;
  });
}

void match_default_gateways(const RouteFacts& route, const Topology& topology,
                            const ResourceIndex& index, std::vector<ParentMatch>& matches) {
  for (const ServedGateway& gateway : topology.gateways) {
    const resource::ObjectMeta& meta = gateway.object->meta;
    if (gateway.object->default_scope != resource::DefaultScope::kAll) continue;
    if (names_gateway(route, meta)) continue;
    resource::ParentReference ref;
    ref.group = resource::kGatewayGroup;
    ref.kind = "Gateway";
    ref.namespace_ = meta.namespace_;
    ref.name = meta.name;
    ParentMatch match =
        match_listeners(route, ref, {gateway.listeners, std::nullopt}, topology, index);
    // A default Gateway claims what it may; a route it cannot take is not told so.
    if (match.rejected) continue;
    match.default_gateway = std::move(ref);
    matches.push_back(std::move(match));
  }
}

}  // namespace

std::vector<ParentMatch> match_parents(const RouteFacts& route, const Topology& topology,
                                       const ResourceIndex& index) {
  std::vector<ParentMatch> matches;
  for (const resource::ParentReference& ref : route.parent_refs) {
    const auto candidates = find_candidates(ref, route.namespace_, topology);
    if (!candidates) continue;
    matches.push_back(match_listeners(route, ref, *candidates, topology, index));
    matches.back().parent_ref = &ref;
  }
  if (route.use_default_gateways == resource::UseDefaultGateways::kAll) {
    match_default_gateways(route, topology, index, matches);
  }
  return matches;
}

}  // namespace tidegate::gatewayapi
