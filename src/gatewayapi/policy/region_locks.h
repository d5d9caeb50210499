// AccessPolicy regions: which requests are locked to which regions, and what is wrong with each
// policy.
//
// The narrowest target counts: a rule of a route, the route, a listener of a Gateway, the Gateway.
// Of several policies for one target the oldest does.   Source: docs/reference/access-policy.md;
// GEP-713.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gatewayapi/condition.h"
#include "gatewayapi/index.h"
#include "gatewayapi/listener/topology.h"
#include "gatewayapi/status.h"
#include "resource/access_policy.h"
#include "resource/resource_set.h"

namespace tidegate::gatewayapi {

class RegionLocks {
 public:
  using Regions = std::shared_ptr<const std::vector<std::string>>;

  RegionLocks() = default;
  // Keeps the policies.
  explicit RegionLocks(const resource::Objects<resource::AccessPolicy>& policies);

  // What locks a listener (`listener` empty: one of a ListenerSet, which only the whole Gateway's
  // policy reaches), or a rule of a route. Null: nothing.
  Regions find_for_listener(std::string_view namespace_, std::string_view gateway,
                            std::string_view listener) const;
  // `kind` is "HTTPRoute" or "GRPCRoute".
  Regions find_for_rule(std::string_view kind, std::string_view namespace_, std::string_view route,
                        std::string_view rule) const;

  // The conditions of each policy: TargetNotFound, Conflicted, Invalid.
  std::vector<AccessPolicyStatus> make_statuses(const resource::ResourceSet& resources,
                                                const Topology& topology) const;

 private:
  struct Policy {
    std::shared_ptr<const resource::AccessPolicy> object;
    Regions regions;
    std::optional<Problem> conflicted;
    std::optional<Problem> invalid;  // a target of a kind that cannot be one
  };
  void add_target(const resource::PolicyTargetReference& ref, std::size_t policy);
  // Null when nothing has exactly this target.
  Regions find(std::string_view kind, std::string_view namespace_, std::string_view name,
               std::string_view section) const;

  std::vector<Policy> policies_;  // oldest first
  std::unordered_map<std::string, std::size_t> by_target_;
};

}  // namespace tidegate::gatewayapi
