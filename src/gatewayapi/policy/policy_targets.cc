#include "gatewayapi/policy/policy_targets.h"

#include <fmt/format.h>

#include <algorithm>

namespace tidegate::gatewayapi {
namespace {

template <class Route>
const Route* find_route(const resource::Objects<Route>& routes, std::string_view namespace_,
                        std::string_view name) {
  for (const auto& route : routes) {
    if (route->meta.namespace_ == namespace_ && route->meta.name == name) return route.get();
  }
  return nullptr;
}

template <class Route>
bool has_target(const resource::Objects<Route>& routes, std::string_view namespace_,
                const resource::PolicyTargetReference& ref) {
  const Route* route = find_route(routes, namespace_, ref.name);
  if (route == nullptr) return false;
  return !ref.section_name || std::ranges::any_of(route->rules, [&](const auto& rule) {
    return rule.name == ref.section_name;
  });
}

bool has_gateway(const Topology& topology, std::string_view namespace_,
                 const resource::PolicyTargetReference& ref) {
  const auto found = topology.gateways_by_name.find(ObjectName{namespace_, ref.name});
  if (found == topology.gateways_by_name.end()) return false;
  const ServedGateway& gateway = topology.gateways[found->second];
  return !ref.section_name || std::ranges::any_of(gateway.listeners, [&](std::uint32_t index) {
    return topology.listeners[index].spec->name == *ref.section_name;
  });
}

}  // namespace

bool can_target_traffic(const resource::PolicyTargetReference& ref) {
  return ref.group == resource::kGatewayGroup &&
         (ref.kind == "Gateway" || ref.kind == "HTTPRoute" || ref.kind == "GRPCRoute");
}

bool target_exists(const resource::PolicyTargetReference& ref, std::string_view namespace_,
                   const resource::ResourceSet& resources, const Topology& topology) {
  if (ref.kind == "Gateway") return has_gateway(topology, namespace_, ref);
  return ref.kind == "HTTPRoute" ? has_target(resources.http_routes, namespace_, ref)
                                 : has_target(resources.grpc_routes, namespace_, ref);
}

std::string describe_target(const resource::PolicyTargetReference& ref) {
  return fmt::format("{} {}{}{}", ref.kind, ref.name, ref.section_name ? "/" : "",
                     ref.section_name.value_or(""));
}

Problem unfit_target(const resource::PolicyTargetReference& ref) {
  return {Reason::kInvalid, fmt::format("targetRefs: {}/{} is not a kind this policy can target",
                                        ref.group.empty() ? "core" : ref.group, ref.kind)};
}

Problem missing_target(const resource::PolicyTargetReference& ref) {
  return {Reason::kTargetNotFound,
          fmt::format("targetRefs: {} does not exist", describe_target(ref))};
}

}  // namespace tidegate::gatewayapi
