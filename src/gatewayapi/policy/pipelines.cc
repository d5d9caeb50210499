#include "gatewayapi/policy/pipelines.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "gatewayapi/backend/extensions.h"
#include "gatewayapi/policy/policy_targets.h"
#include "gatewayapi/policy/resolve_pipeline.h"

namespace tidegate::gatewayapi {
namespace {

std::string key_of(std::string_view kind, std::string_view namespace_, std::string_view name,
                   std::string_view section) {
  return fmt::format("{}/{}/{}/{}", kind, namespace_, name, section);
}

bool is_backend(const resource::PolicyTargetReference& ref) {
  return ref.group == resource::kTidegateGroup && ref.kind == "Backend" && !ref.section_name;
}

bool has_backend(const resource::ResourceSet& resources, std::string_view namespace_,
                 std::string_view name) {
  return std::ranges::any_of(resources.backends, [&](const auto& backend) {
    return backend->meta.namespace_ == namespace_ && backend->meta.name == name;
  });
}

// As in config::Backend::id.
std::string key_of(const resource::Backend& backend) {
  return fmt::format("{}/{}/{}", to_string(backend.kind), backend.meta.namespace_,
                     backend.meta.name);
}

std::string missing_text(const resource::BackendExtension& extension) {
  return fmt::format("PayloadProcessingPipeline {} does not exist", extension.pipeline);
}

// So that the backend answers 500 instead of being used unguarded.
std::shared_ptr<const config::Pipeline> broken_in_place_of(
    const resource::Backend& backend, const resource::BackendExtension& extension) {
  auto pipeline = std::make_shared<config::Pipeline>();
  pipeline->id = fmt::format("{}/{}", backend.meta.namespace_, extension.pipeline);
  pipeline->broken = missing_text(extension);
  return pipeline;
}

config::PipelinesPtr share(config::Pipelines pipelines) {
  if (pipelines.empty()) return nullptr;
  return std::make_shared<const config::Pipelines>(std::move(pipelines));
}

}  // namespace

PipelineBook::PipelineBook(const resource::Objects<resource::PayloadPipeline>& objects,
                           const resource::Objects<resource::Backend>& backends,
                           BackendTable& table, const BackendInputs& inputs,
                           const PipelineBook* previous) {
  for (const auto& object : objects) entries_.push_back({object, nullptr, {}, {}});
  std::ranges::sort(entries_, [](const Entry& a, const Entry& b) {
    return takes_precedence(a.object->meta, b.object->meta);
  });
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    Entry& entry = entries_[i];
    const auto& meta = entry.object->meta;
    RuleContext context("PayloadProcessingPipeline", resource::kTidegateGroup, meta.namespace_,
                        table, inputs);
    ResolvedPipeline resolved = resolve_pipeline(*entry.object, inputs.lookup.processors, context);
    entry.invalid = std::move(resolved.invalid);
    entry.unresolved = context.unresolved();
    const auto before = previous != nullptr ? previous->find(meta.namespace_, meta.name) : nullptr;
    entry.compiled = before != nullptr && *before == resolved.pipeline
                         ? before
                         : std::make_shared<const config::Pipeline>(std::move(resolved.pipeline));
    backends_.insert(backends_.end(), context.backends().begin(), context.backends().end());
    add_targets(i);
  }
  for (const auto& backend : backends) {
    if (backend->extensions.empty() || check_extensions(*backend, inputs.lookup.processors)) {
      continue;  // none, or the backend is not used
    }
    add_extensions(*backend, inputs.lookup.processors, previous);
  }
}

void PipelineBook::add_extensions(const resource::Backend& backend,
                                  const config::ProcessorCatalog* catalog,
                                  const PipelineBook* previous) {
  const std::string key = key_of(backend);
  config::Pipelines known;
  if (previous != nullptr) {
    if (const auto found = previous->extensions_.find(key); found != previous->extensions_.end()) {
      known = found->second;
    }
  }
  config::Pipelines& made = extensions_[key];
  for (const resource::BackendExtension& extension : backend.extensions) {
    if (names_pipeline(extension)) {
      auto named = find(backend.meta.namespace_, extension.pipeline);
      made.push_back(named != nullptr ? std::move(named) : broken_in_place_of(backend, extension));
      continue;
    }
    auto pipeline = make_extension_pipeline(backend, extension, *catalog);
    const auto same =
        std::ranges::find_if(known, [&](const auto& one) { return *one == pipeline; });
    made.push_back(same != known.end()
                       ? *same
                       : std::make_shared<const config::Pipeline>(std::move(pipeline)));
  }
}

std::optional<Problem> PipelineBook::find_missing(const resource::Backend& backend) const {
  std::size_t index = 0;
  for (const resource::BackendExtension& extension : backend.extensions) {
    const std::size_t at = index++;
    if (!names_pipeline(extension)) continue;
    if (find(backend.meta.namespace_, extension.pipeline) != nullptr) continue;
    return Problem{Reason::kPipelineNotFound,
                   fmt::format("extensions[{}].config.name: {}", at, missing_text(extension))};
  }
  return std::nullopt;
}

void PipelineBook::add_targets(std::size_t index) {
  Entry& entry = entries_[index];
  for (const auto& ref : entry.object->target_refs) {
    if (!can_target_traffic(ref) && !is_backend(ref)) {
      if (!entry.invalid) entry.invalid = unfit_target(ref);
      continue;
    }
    by_target_[key_of(ref.kind, entry.object->meta.namespace_, ref.name,
                      ref.section_name.value_or(""))]
        .push_back(index);
  }
}

void PipelineBook::collect(const std::string& key, config::Pipelines& out) const {
  const auto found = by_target_.find(key);
  if (found == by_target_.end()) return;
  for (const std::size_t index : found->second) out.push_back(entries_[index].compiled);
}

config::PipelinesPtr PipelineBook::find_for_listener(std::string_view namespace_,
                                                     std::string_view gateway,
                                                     std::string_view listener) const {
  if (by_target_.empty()) return nullptr;
  config::Pipelines found;
  collect(key_of("Gateway", namespace_, gateway, {}), found);
  if (!listener.empty()) collect(key_of("Gateway", namespace_, gateway, listener), found);
  return share(std::move(found));
}

config::PipelinesPtr PipelineBook::find_for_rule(std::string_view kind, std::string_view namespace_,
                                                 std::string_view route, std::string_view rule,
                                                 const config::Pipelines& named) const {
  if (by_target_.empty() && named.empty()) return nullptr;
  config::Pipelines found;
  collect(key_of(kind, namespace_, route, {}), found);
  if (!rule.empty()) collect(key_of(kind, namespace_, route, rule), found);
  found.insert(found.end(), named.begin(), named.end());
  return share(std::move(found));
}

std::unordered_map<std::string, config::PipelinesPtr> PipelineBook::by_backend() const {
  std::unordered_map<std::string, config::Pipelines> found;
  for (const Entry& entry : entries_) {
    for (const auto& ref : entry.object->target_refs) {
      if (!is_backend(ref)) continue;
      found[fmt::format("Backend/{}/{}", entry.object->meta.namespace_, ref.name)].push_back(
          entry.compiled);
    }
  }
  for (const auto& [backend, pipelines] : extensions_) {
    auto& all = found[backend];
    for (const auto& one : pipelines) {
      if (std::ranges::find(all, one) == all.end()) all.push_back(one);
    }
  }
  std::unordered_map<std::string, config::PipelinesPtr> shared;
  for (auto& [name, pipelines] : found) shared.emplace(name, share(std::move(pipelines)));
  return shared;
}

std::shared_ptr<const config::Pipeline> PipelineBook::find(std::string_view namespace_,
                                                           std::string_view name) const {
  for (const Entry& entry : entries_) {
    if (entry.object->meta.namespace_ == namespace_ && entry.object->meta.name == name) {
      return entry.compiled;
    }
  }
  return nullptr;
}

config::Pipelines PipelineBook::all() const {
  config::Pipelines pipelines;
  for (const Entry& entry : entries_) pipelines.push_back(entry.compiled);
  for (const auto& [backend, made] : extensions_) {
    for (const auto& one : made) {
      const bool known = std::ranges::find(entries_, one, &Entry::compiled) != entries_.end();
      if (!known) pipelines.push_back(one);
    }
  }
  return pipelines;
}

bool PipelineBook::same_as(const PipelineBook& other) const {
  return by_target_ == other.by_target_ &&
         std::ranges::equal(entries_, other.entries_, {}, &Entry::compiled, &Entry::compiled);
}

std::vector<PipelineStatus> PipelineBook::make_statuses(const resource::ResourceSet& resources,
                                                        const Topology& topology) const {
  std::vector<PipelineStatus> statuses;
  for (const Entry& entry : entries_) {
    const auto& meta = entry.object->meta;
    std::optional<Problem> problem = entry.invalid;
    for (const auto& ref : entry.object->target_refs) {
      if (problem) break;
      const bool there = is_backend(ref) ? has_backend(resources, meta.namespace_, ref.name)
                                         : target_exists(ref, meta.namespace_, resources, topology);
      if (!there) problem = missing_target(ref);
    }
    PipelineStatus status;
    status.meta = MetaPtr(entry.object, &meta);
    status.conditions = {
        judge(ConditionType::kAccepted, Reason::kAccepted, problem, meta.generation),
        judge(ConditionType::kResolvedRefs, Reason::kResolvedRefs, entry.unresolved,
              meta.generation)};
    statuses.push_back(std::move(status));
  }
  return statuses;
}

}  // namespace tidegate::gatewayapi
