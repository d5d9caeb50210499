#include "gatewayapi/listener/topology.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <unordered_set>
#include <utility>

#include "gatewayapi/listener/addresses.h"
#include "gatewayapi/listener/conflicts.h"
#include "gatewayapi/listener/listener_tls.h"
#include "gatewayapi/listener/protocols.h"

namespace tidegate::gatewayapi {
namespace {

// The names of the classes that are ours.
std::unordered_set<std::string_view> own_classes(const resource::ResourceSet& resources,
                                                 const CompileOptions& options) {
  std::unordered_set<std::string_view> ours;
  bool default_exists = false;
  for (const auto& gateway_class : resources.gateway_classes) {
    default_exists |= gateway_class->meta.name == options.default_class;
    if (is_ours(*gateway_class, options)) ours.insert(gateway_class->meta.name);
  }
  if (!default_exists && !options.default_class.empty()) ours.insert(options.default_class);
  return ours;
}

void select_gateways(const resource::ResourceSet& resources, const CompileOptions& options,
                     Topology& topology) {
  const auto classes = own_classes(resources, options);
  for (const auto& gateway : resources.gateways) {
    if (!classes.contains(gateway->gateway_class_name)) {
      topology.notes.push_back(fmt::format("Gateway {}/{}: class {} is not served here",
                                           gateway->meta.namespace_, gateway->meta.name,
                                           gateway->gateway_class_name));
      continue;
    }
    ServedGateway served;
    served.object = gateway;
    served.id = fmt::format("{}/{}", gateway->meta.namespace_, gateway->meta.name);
    topology.gateways.push_back(std::move(served));
  }
  std::ranges::sort(topology.gateways, [](const ServedGateway& a, const ServedGateway& b) {
    return takes_precedence(a.object->meta, b.object->meta);
  });
  for (std::uint32_t i = 0; i < topology.gateways.size(); ++i) {
    const auto& meta = topology.gateways[i].object->meta;
    topology.gateways_by_name.emplace(ObjectName{meta.namespace_, meta.name}, i);
  }
}

// infrastructure.parametersRef must name an object; none of the kinds that could be named exists
// yet.
std::optional<Problem> check_parameters(const resource::Gateway& gateway) {
  if (!gateway.infrastructure || !gateway.infrastructure->parameters_ref) return std::nullopt;
  const auto& ref = *gateway.infrastructure->parameters_ref;
  return Problem{
      Reason::kInvalidParameters,
      fmt::format("infrastructure.parametersRef: {}/{} {} does not exist or is not a kind that "
                  "configures a Gateway",
                  ref.group.empty() ? "core" : ref.group, ref.kind, ref.name)};
}

void judge_gateway(ServedGateway& served, const Lookup& lookup, const CompileOptions& options) {
  const resource::Gateway& gateway = *served.object;
  served.not_accepted = check_parameters(gateway);
  resolve_addresses(gateway, options, served);
  if (!gateway.tls) return;
  if (const auto& ref = gateway.tls->backend_client_certificate_ref) {
    const Referrer referrer{resource::kGatewayGroup, "Gateway", gateway.meta.namespace_};
    auto found = find_certificate(lookup, referrer, *ref, Reason::kInvalidClientCertificateRef);
    if (found) {
      served.client_certificate = std::make_shared<const config::Certificate>(std::move(*found));
    } else {
      served.unresolved = std::move(found.error());
    }
  }
  served.insecure_frontend_validation = uses_insecure_fallback(*gateway.tls);
}

// Whether a Gateway lets a ListenerSet in.
std::optional<Problem> check_listener_set(const resource::ListenerSet& set,
                                          const ServedGateway& gateway,
                                          const ResourceIndex& index) {
  if (!namespace_allowed(gateway.object->allowed_listeners, gateway.object->meta.namespace_,
                         set.meta.namespace_, index.namespaces)) {
    return Problem{Reason::kNotAllowed,
                   fmt::format("allowedListeners of Gateway {} does not admit namespace {}",
                               gateway.id, set.meta.namespace_)};
  }
  if (gateway.not_accepted) {
    return Problem{Reason::kParentNotAccepted,
                   fmt::format("Gateway {} is not accepted", gateway.id)};
  }
  return std::nullopt;
}

void select_listener_sets(const resource::ResourceSet& resources, const ResourceIndex& index,
                          Topology& topology) {
  for (const auto& set : resources.listener_sets) {
    const auto& ref = set->parent_ref;
    const std::string_view ns =
        ref.namespace_ ? std::string_view(*ref.namespace_) : std::string_view(set->meta.namespace_);
    const auto parent = topology.gateways_by_name.find(ObjectName{ns, ref.name});
    if (ref.group != resource::kGatewayGroup || ref.kind != "Gateway" ||
        parent == topology.gateways_by_name.end()) {
      topology.notes.push_back(
          fmt::format("ListenerSet {}/{}: parentRef {} {}/{} is not served here",
                      set->meta.namespace_, set->meta.name, ref.kind, ns, ref.name));
      continue;
    }
    ServedListenerSet served;
    served.object = set;
    served.gateway = parent->second;
    served.not_accepted = check_listener_set(*set, topology.gateways[parent->second], index);
    topology.listener_sets.push_back(std::move(served));
  }
  std::ranges::sort(topology.listener_sets,
                    [](const ServedListenerSet& a, const ServedListenerSet& b) {
                      return takes_precedence(a.object->meta, b.object->meta);
                    });
  for (std::uint32_t i = 0; i < topology.listener_sets.size(); ++i) {
    const auto& meta = topology.listener_sets[i].object->meta;
    topology.listener_sets_by_name.emplace(ObjectName{meta.namespace_, meta.name}, i);
  }
}

// One listener of `gateway`, judged on its own.
ServedListener make_listener(const resource::Listener& spec, const ServedGateway& gateway,
                             const Referrer& owner, std::string id, const Lookup& lookup) {
  ServedListener listener;
  listener.spec = &spec;
  listener.id = std::move(id);
  listener.own_namespace = owner.namespace_;
  listener.bind_addresses = gateway.bind_addresses;
  judge_protocol(listener);
  judge_kinds(listener);
  judge_tls(listener, owner, *gateway.object, lookup);
  return listener;
}

void add_listeners(Topology& topology, const Lookup& lookup) {
  for (std::uint32_t g = 0; g < topology.gateways.size(); ++g) {
    ServedGateway& gateway = topology.gateways[g];
    const Referrer owner{resource::kGatewayGroup, "Gateway", gateway.object->meta.namespace_};
    for (const resource::Listener& spec : gateway.object->listeners) {
      gateway.listeners.push_back(static_cast<std::uint32_t>(topology.listeners.size()));
      topology.listeners.push_back(make_listener(
          spec, gateway, owner, fmt::format("Gateway/{}/{}", gateway.id, spec.name), lookup));
      topology.listeners.back().gateway = g;
    }
  }
  for (std::uint32_t s = 0; s < topology.listener_sets.size(); ++s) {
    ServedListenerSet& set = topology.listener_sets[s];
    if (set.not_accepted) continue;
    const auto& meta = set.object->meta;
    const Referrer owner{resource::kGatewayGroup, "ListenerSet", meta.namespace_};
    for (const resource::Listener& spec : set.object->listeners) {
      set.listeners.push_back(static_cast<std::uint32_t>(topology.listeners.size()));
      topology.listeners.push_back(make_listener(
          spec, topology.gateways[set.gateway], owner,
          fmt::format("ListenerSet/{}/{}/{}", meta.namespace_, meta.name, spec.name), lookup));
      topology.listeners.back().gateway = set.gateway;
      topology.listeners.back().listener_set = s;
    }
  }
}

void count_listener_sets(Topology& topology) {
  for (const ServedListenerSet& set : topology.listener_sets) {
    const bool works = std::ranges::any_of(
        set.listeners, [&](std::uint32_t i) { return topology.listeners[i].programmed(); });
    if (works) ++topology.gateways[set.gateway].attached_listener_sets;
  }
}

}  // namespace

std::string_view to_string(RouteKind kind) {
  switch (kind) {
    case RouteKind::kHttp:
      return "HTTPRoute";
    case RouteKind::kGrpc:
      return "GRPCRoute";
    case RouteKind::kTls:
      return "TLSRoute";
    case RouteKind::kTcp:
      return "TCPRoute";
    case RouteKind::kUdp:
      return "UDPRoute";
  }
  return "HTTPRoute";
}

bool is_ours(const resource::GatewayClass& gateway_class, const CompileOptions& options) {
  return gateway_class.controller_name == options.controller_name;
}

bool takes_precedence(const resource::ObjectMeta& a, const resource::ObjectMeta& b) {
  return std::tie(a.creation_timestamp, a.namespace_, a.name) <
         std::tie(b.creation_timestamp, b.namespace_, b.name);
}

Topology make_topology(const resource::ResourceSet& resources, const Lookup& lookup,
                       const CompileOptions& options) {
  Topology topology;
  select_gateways(resources, options, topology);
  for (ServedGateway& gateway : topology.gateways) judge_gateway(gateway, lookup, options);
  select_listener_sets(resources, lookup.index, topology);
  add_listeners(topology, lookup);
  find_conflicts_within_gateways(topology);
  find_conflicts_between_gateways(topology, options);
  find_overlapping_hostnames(topology);
  count_listener_sets(topology);
  return topology;
}

}  // namespace tidegate::gatewayapi
