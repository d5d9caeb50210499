// The payload pipelines of one Snapshot: each compiled once, chained for every place it is attached
// to.   Thread: immutable; shared by all workers.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "config/document.h"
#include "pipeline/catalog.h"
#include "pipeline/chain.h"

namespace tidegate::proxy {

class PipelineSet {
 public:
  // Null where `document` has no pipeline. `catalog` may be null: then every pipeline is broken.
  // Pipelines that are the same objects as in `previous` (may be null) keep their factories.
  static std::shared_ptr<const PipelineSet> make(const config::Document& document,
                                                 const pipeline::Catalog* catalog,
                                                 const PipelineSet* previous);

  // Of a listener or a rule; null: none.
  const pipeline::Chain* find(const config::PipelinesPtr& pipelines) const;
  const pipeline::Chain* find(const config::Backend& backend) const;
  bool has_any_for_backends() const { return !by_backend_.empty(); }
  // What keeps processors that were made for this set, not kept, from working for now.
  const std::vector<std::string>& troubles() const { return troubles_; }

 private:
  const pipeline::Chain* add(const config::PipelinesPtr& pipelines);

  std::unordered_map<const config::Pipeline*, std::shared_ptr<const pipeline::CompiledPipeline>>
      compiled_;
  std::unordered_map<const config::Pipelines*, std::unique_ptr<const pipeline::Chain>> chains_;
  std::vector<config::PipelinesPtr> kept_;  // what the keys of chains_ point to
  std::unordered_map<const config::Backend*, const pipeline::Chain*> by_backend_;
  std::vector<std::string> troubles_;
};

}  // namespace tidegate::proxy
