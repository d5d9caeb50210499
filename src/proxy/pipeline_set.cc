#include "proxy/pipeline_set.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tidegate::proxy {
namespace {

// "Backend/ns/name" of "Backend/ns/name:port/grpc@gateway".
std::string resource_name(std::string_view id) {
  const auto kind = id.find('/');
  const auto slash = kind == id.npos ? kind : id.find('/', kind + 1);
  if (slash == id.npos) return {};
  return std::string(id.substr(0, id.find_first_of(":/@", slash + 1)));
}

}  // namespace

std::shared_ptr<const PipelineSet> PipelineSet::make(const config::Document& document,
                                                     const pipeline::Catalog* catalog,
                                                     const PipelineSet* previous) {
  if (document.pipelines.empty()) return nullptr;
  static const pipeline::Catalog kNoProcessors({});
  if (catalog == nullptr) catalog = &kNoProcessors;
  auto set = std::make_shared<PipelineSet>();
  for (const auto& one : document.pipelines) {
    if (previous != nullptr) {
      if (const auto known = previous->compiled_.find(one.get());
          known != previous->compiled_.end() && known->second->is_current()) {
        set->compiled_.insert(*known);
        continue;
      }
    }
    const auto made = pipeline::CompiledPipeline::compile(one, *catalog);
    set->compiled_.emplace(one.get(), made);
    for (std::string& trouble : made->troubles()) set->troubles_.push_back(std::move(trouble));
  }
  for (const auto& listener : document.listeners) {
    set->add(listener.pipelines);
    for (const auto& route : listener.http_routes) {
      for (const config::HttpRule& rule : *route->rules) set->add(rule.pipelines);
    }
  }
  if (document.backend_pipelines.empty()) return set;
  for (const auto& backend : document.backends) {
    const auto found = document.backend_pipelines.find(resource_name(backend->id));
    if (found == document.backend_pipelines.end()) continue;
    set->by_backend_.emplace(backend.get(), set->add(found->second));
  }
  return set;
}

const pipeline::Chain* PipelineSet::add(const config::PipelinesPtr& pipelines) {
  if (pipelines == nullptr) return nullptr;
  auto& chain = chains_[pipelines.get()];
  if (chain != nullptr) return chain.get();
  std::vector<std::shared_ptr<const pipeline::CompiledPipeline>> parts;
  for (const auto& one : *pipelines) parts.push_back(compiled_.at(one.get()));
  chain = std::make_unique<const pipeline::Chain>(std::move(parts));
  kept_.push_back(pipelines);
  return chain.get();
}

const pipeline::Chain* PipelineSet::find(const config::PipelinesPtr& pipelines) const {
  const auto found = chains_.find(pipelines.get());
  return found == chains_.end() ? nullptr : found->second.get();
}

const pipeline::Chain* PipelineSet::find(const config::Backend& backend) const {
  const auto found = by_backend_.find(&backend);
  return found == by_backend_.end() ? nullptr : found->second;
}

}  // namespace tidegate::proxy
