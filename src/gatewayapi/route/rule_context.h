// What compiling the rules of one route needs, and what it finds out on the way.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/backend.h"
#include "gatewayapi/backend/backend_table.h"
#include "gatewayapi/condition.h"
#include "gatewayapi/listener/topology.h"
#include "gatewayapi/policy/pipelines.h"
#include "gatewayapi/policy/region_locks.h"
#include "resource/references.h"

namespace tidegate::gatewayapi {

// A rule that cannot do what it says.
struct InvalidRule {
  std::size_t rule = 0;
  Problem problem;  // UnsupportedValue, IncompatibleFilters
};

// Collects problems and backends of one route. Lives for one compile of that route.
class RuleContext {
 public:
  RuleContext(RouteKind kind, std::string_view route_namespace, BackendTable& table,
              const BackendInputs& inputs)
      : RuleContext(to_string(kind), resource::kGatewayGroup, route_namespace, table, inputs) {
    kind_ = kind;
  }
  // References of another kind of object.
  RuleContext(std::string_view from_kind, std::string_view from_group, std::string_view namespace_,
              BackendTable& table, const BackendInputs& inputs)
      : from_kind_(from_kind),
        from_group_(from_group),
        namespace_(namespace_),
        table_(table),
        inputs_(inputs) {}

  // The Gateway whose client certificate backends are reached with from now on; empty: none.
  void set_client_of(std::string gateway) { client_of_ = std::move(gateway); }

  // The policies about regions, and the route that they are asked for.
  void set_locks(const RegionLocks& locks, std::string_view route_name) {
    locks_ = &locks;
    route_name_ = route_name;
  }
  // Where requests of a rule may go; null: no policy is about it. `rule` is its name, or empty.
  RegionLocks::Regions regions_for(std::string_view rule) const;

  void set_pipelines(const PipelineBook& pipelines) { pipelines_ = &pipelines; }
  // What runs for a rule; `named` are those that its filters name.
  config::PipelinesPtr pipelines_for(std::string_view rule, const config::Pipelines& named) const;
  // A pipeline of the route's namespace; null: there is none of that name.
  std::shared_ptr<const config::Pipeline> find_pipeline(std::string_view name) const;

  // Resolves a reference. The result has a backend or an error_status; a reference that fails is
  // also added to unresolved() with `path` in front.
  config::WeightedBackend resolve(const resource::BackendObjectReference& ref, BackendUse use,
                                  std::string_view path);

  // The value of a Secret's key, which the object may refer to in its namespace or by a
  // ReferenceGrant. Empty: it cannot be had, which unresolved() tells with `path` in front.
  std::optional<Secret> find_secret(const config::SecretReference& ref, std::string_view path);

  // A reference that is not to a backend and cannot be followed.
  void add_unresolved(std::string_view path, Problem problem);
  void add_invalid_rule(std::size_t rule, Problem problem);
  // A field that is understood but has no effect. One that was told before is not told again.
  void add_ignored(std::string path);

  RouteKind kind() const { return kind_; }
  const std::optional<Problem>& unresolved() const { return unresolved_; }
  const std::vector<InvalidRule>& invalid_rules() const { return invalid_rules_; }
  const std::vector<std::string>& ignored() const { return ignored_; }
  const std::vector<std::uint32_t>& backends() const { return backends_; }

 private:
  // Whether a Service's near endpoints are preferred though it does not say so itself.
  bool wants_near(const BackendKey& key) const;

  RouteKind kind_ = RouteKind::kHttp;
  std::string_view from_kind_;
  std::string_view from_group_;
  std::string_view namespace_;
  BackendTable& table_;
  const BackendInputs& inputs_;
  std::string client_of_;
  const RegionLocks* locks_ = nullptr;
  const PipelineBook* pipelines_ = nullptr;
  std::string_view route_name_;
  std::optional<Problem> unresolved_;  // the first reason, all messages
  std::vector<InvalidRule> invalid_rules_;
  std::vector<std::string> ignored_;
  std::vector<std::uint32_t> backends_;  // of the table, each once
};

}  // namespace tidegate::gatewayapi
