#include "gatewayapi/policy/region_locks.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "gatewayapi/policy/policy_targets.h"

namespace tidegate::gatewayapi {
namespace {

std::string key_of(std::string_view kind, std::string_view namespace_, std::string_view name,
                   std::string_view section) {
  return fmt::format("{}/{}/{}/{}", kind, namespace_, name, section);
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
  if (!can_target_traffic(ref)) {
    if (!added.invalid) added.invalid = unfit_target(ref);
    return;
  }
  const auto [place, fresh] = by_target_.emplace(
      key_of(ref.kind, added.object->meta.namespace_, ref.name, ref.section_name.value_or("")),
      policy);
  if (fresh || place->second == policy || added.conflicted) return;
  const auto& winner = policies_[place->second].object->meta;
  added.conflicted = {Reason::kConflicted,
                      fmt::format("{}/{} has the target {} too and is older", winner.namespace_,
                                  winner.name, describe_target(ref))};
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
      if (problem || !can_target_traffic(ref)) continue;
      if (!target_exists(ref, meta.namespace_, resources, topology)) problem = missing_target(ref);
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
