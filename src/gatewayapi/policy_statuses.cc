#include <algorithm>
#include <set>
#include <utility>

#include "gatewayapi/make_statuses.h"

namespace tidegate::gatewayapi {
namespace {

// The API bounds status.ancestors.
constexpr std::size_t kMaxAncestors = 16;

// For each policy the Gateways (indices) whose routes reach one of its targets.
std::vector<std::set<std::uint32_t>> find_ancestors(const Topology& topology,
                                                    const RouteBook& routes,
                                                    const BackendTable& backends,
                                                    std::size_t policy_count) {
  std::vector<std::set<std::uint32_t>> ancestors(policy_count);
  for (const auto& result : routes.results()) {
    for (const std::uint32_t backend : result->backends) {
      for (const std::uint32_t policy : backends.at(backend).policies) {
        for (const Attachment& attachment : result->attachments) {
          ancestors[policy].insert(topology.listeners[attachment.listener].gateway);
        }
      }
    }
  }
  return ancestors;
}

std::vector<Condition> make_conditions(const TlsPolicy& policy) {
  const std::int64_t generation = policy.object->meta.generation;
  const auto& not_accepted = policy.conflicted ? policy.conflicted : policy.not_accepted;
  return {
      judge(ConditionType::kAccepted, Reason::kAccepted, not_accepted, generation),
      judge(ConditionType::kResolvedRefs, Reason::kResolvedRefs, policy.unresolved, generation)};
}

}  // namespace

std::vector<PolicyStatus> make_policy_statuses(const Topology& topology, const RouteBook& routes,
                                               const TlsPolicies& policies,
                                               const BackendTable& backends) {
  std::vector<PolicyStatus> statuses;
  if (policies.all().empty()) return statuses;
  const auto ancestors = find_ancestors(topology, routes, backends, policies.all().size());
  for (std::size_t i = 0; i < policies.all().size(); ++i) {
    const TlsPolicy& policy = policies.all()[i];
    PolicyStatus status;
    status.kind = "BackendTLSPolicy";
    status.meta = MetaPtr(policy.object, &policy.object->meta);
    for (const std::uint32_t gateway : ancestors[i]) {
      if (status.ancestors.size() == kMaxAncestors) break;
      const auto& meta = topology.gateways[gateway].object->meta;
      status.ancestors.push_back({meta.namespace_, meta.name, make_conditions(policy)});
    }
    statuses.push_back(std::move(status));
  }
  return statuses;
}

}  // namespace tidegate::gatewayapi
