// PayloadProcessingPipelines: each resolved, and which of them run for a listener, a rule or a
// backend.
//
// Pipelines do not exclude each other: several for one target run oldest first, then by namespace
// and name. One that cannot run is kept as a broken one, so that what it is attached to fails
// instead of passing by.   Source: docs/reference/payload-pipeline.md; docs/adr/0011; GEP-713.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "config/pipeline.h"
#include "gatewayapi/backend/backend_table.h"
#include "gatewayapi/condition.h"
#include "gatewayapi/listener/topology.h"
#include "gatewayapi/status.h"
#include "resource/payload_pipeline.h"
#include "resource/resource_set.h"

namespace tidegate::gatewayapi {

class PipelineBook {
 public:
  PipelineBook() = default;
  // Resolves `objects`, which are kept, and the extensions of `backends`. A pipeline that comes out
  // as in `previous` (may be null) keeps its object.
  PipelineBook(const resource::Objects<resource::PayloadPipeline>& objects,
               const resource::Objects<resource::Backend>& backends, BackendTable& table,
               const BackendInputs& inputs, const PipelineBook* previous);

  // What runs for a listener of a Gateway (`listener` empty: one of a ListenerSet), for a rule, for
  // a Backend. Null: nothing.
  config::PipelinesPtr find_for_listener(std::string_view namespace_, std::string_view gateway,
                                         std::string_view listener) const;
  // The route's and the rule's, then `named`: those that filters of the rule name.
  config::PipelinesPtr find_for_rule(std::string_view kind, std::string_view namespace_,
                                     std::string_view route, std::string_view rule,
                                     const config::Pipelines& named) const;
  // By "KIND/ns/name" of the Backend: those that target it, then its extensions.
  std::unordered_map<std::string, config::PipelinesPtr> by_backend() const;
  // The first pipeline that an extension names and that does not exist (PipelineNotFound).
  std::optional<Problem> find_missing(const resource::Backend& backend) const;
  // Null when there is none of that name.
  std::shared_ptr<const config::Pipeline> find(std::string_view namespace_,
                                               std::string_view name) const;

  config::Pipelines all() const;
  // Entries of the table that pipelines name.
  const std::vector<std::uint32_t>& backends() const { return backends_; }
  // Whether everything attached comes out the same.
  bool same_as(const PipelineBook& other) const;

  // The conditions of each: Accepted (TargetNotFound, Invalid) and ResolvedRefs.
  std::vector<PipelineStatus> make_statuses(const resource::ResourceSet& resources,
                                            const Topology& topology) const;

 private:
  struct Entry {
    std::shared_ptr<const resource::PayloadPipeline> object;
    std::shared_ptr<const config::Pipeline> compiled;
    std::optional<Problem> invalid;
    std::optional<Problem> unresolved;
  };
  void add_targets(std::size_t entry);
  void add_extensions(const resource::Backend& backend, const config::ProcessorCatalog* catalog,
                      const PipelineBook* previous);
  void collect(const std::string& key, config::Pipelines& out) const;

  std::vector<Entry> entries_;  // oldest first
  std::unordered_map<std::string, std::vector<std::size_t>> by_target_;
  std::unordered_map<std::string, config::Pipelines> extensions_;  // by "KIND/ns/name"
  std::vector<std::uint32_t> backends_;
};

}  // namespace tidegate::gatewayapi
