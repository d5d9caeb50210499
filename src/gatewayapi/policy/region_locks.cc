#include "gatewayapi/policy/region_locks.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tidegate::gatewayapi {
namespace {

std::string key_of(std::string_view kind, std::string_view namespace_, std::string_view name,
                   std::string_view section) {
  return fmt::format("{}/{}/{}/{}", kind, namespace_, name, section);
}

bool can_be_target(const resource::PolicyTargetReference& ref) {
  return ref.group == resource::kGatewayGroup &&
         (ref.kind == "Gateway" || ref.kind == "HTTPRoute" || ref.kind == "GRPCRoute");
}

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

bool exists(const resource::PolicyTargetReference& ref, std::string_view namespace_,
            const resource::ResourceSet& resources, const Topology& topology) {
  if (ref.kind == "Gateway") return has_gateway(topology, namespace_, ref);
  return ref.kind == "HTTPRoute" ? has_target(resources.http_routes, namespace_, ref)
                                 : has_target(resources.grpc_routes, namespace_, ref);
}

std::string describe(const resource::PolicyTargetReference& ref) {
  return fmt::format("{} {}{}{}", ref.kind, ref.name, ref.section_name ? "/" : "",
                     ref.section_name.value_or(""));
}

}  // namespace

RegionLocks::RegionLocks(const resource::Objects<resource::AccessPolicy>& policies) {
  for (const auto& object : policies) {
    if (!object->regions) continue;
    policies_.push_back(
        {object, Regions(object, &object->regions->allow), std::nullopt, std::nullopt});
  }
  std::ranges::sort(policies_, [](const Policy& a, const Policy& b) {
    return takes_precedence(a.object->meta, b.object->meta);
  });
  for (std::size_t i = 0; i < policies_.size(); ++i) {
    for (const auto& ref : policies_[i].object->target_refs) add_target(ref, i);
  }
}

void RegionLocks::add_target(const resource::PolicyTargetReference& ref, std::size_t policy) {
  Policy& added = policies_[policy];
  if (!can_be_target(ref)) {
    if (added.invalid) return;
    added.invalid = {Reason::kInvalid,
                     fmt::format("targetRefs: {}/{} is not a kind this policy can target",
                                 ref.group.empty() ? "core" : ref.group, ref.kind)};
    return;
  }
  const auto [place, fresh] = by_target_.emplace(
      key_of(ref.kind, added.object->meta.namespace_, ref.name, ref.section_name.value_or("")),
      policy);
  if (fresh || place->second == policy || added.conflicted) return;
  const auto& winner = policies_[place->second].object->meta;
  added.conflicted = {Reason::kConflicted,
                      fmt::format("{}/{} has the target {} too and is older", winner.namespace_,
                                  winner.name, describe(ref))};
}

RegionLocks::Regions RegionLocks::find(std::string_view kind, std::string_view namespace_,
                                       std::string_view name, std::string_view section) const {
  if (by_target_.empty()) return nullptr;
  const auto found = by_target_.find(key_of(kind, namespace_, name, section));
  return found == by_target_.end() ? nullptr : policies_[found->second].regions;
}

RegionLocks::Regions RegionLocks::find_for_listener(std::string_view namespace_,
                                                    std::string_view gateway,
                                                    std::string_view listener) const {
  if (!listener.empty()) {
    if (auto own = find("Gateway", namespace_, gateway, listener)) return own;
  }
  return find("Gateway", namespace_, gateway, {});
}

RegionLocks::Regions RegionLocks::find_for_rule(std::string_view kind, std::string_view namespace_,
                                                std::string_view route,
                                                std::string_view rule) const {
  if (!rule.empty()) {
    if (auto own = find(kind, namespace_, route, rule)) return own;
  }
  return find(kind, namespace_, route, {});
}

std::vector<AccessPolicyStatus> RegionLocks::make_statuses(const resource::ResourceSet& resources,
                                                           const Topology& topology) const {
  std::vector<AccessPolicyStatus> statuses;
  for (const Policy& policy : policies_) {
    const auto& meta = policy.object->meta;
    std::optional<Problem> problem = policy.invalid ? policy.invalid : policy.conflicted;
    for (const auto& ref : policy.object->target_refs) {
      if (problem || !can_be_target(ref) || exists(ref, meta.namespace_, resources, topology)) {
        continue;
      }
      problem = {Reason::kTargetNotFound,
                 fmt::format("targetRefs: {} does not exist", describe(ref))};
    }
    AccessPolicyStatus status;
    status.meta = MetaPtr(policy.object, &meta);
    status.conditions = {
        judge(ConditionType::kAccepted, Reason::kAccepted, problem, meta.generation)};
    statuses.push_back(std::move(status));
  }
  return statuses;
}

}  // namespace tidegate::gatewayapi
