#include "pipeline/chain.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tidegate::pipeline {
namespace {

Result<void> compile(CompiledProcessor& out, const Catalog& catalog) {
  const config::ProcessorSpec& spec = *out.spec;
  const BuiltinProcessor* builtin = catalog.find(spec.type);
  if (builtin == nullptr) {
    return fail(ErrorCode::kInvalidConfig, Origin::kInternal, "no processor type " + spec.type);
  }
  TIDEGATE_TRY(factory, builtin->make(spec));
  out.phases = spec.phases & factory->phases();
  out.factory = std::move(factory);
  if (spec.when.empty()) return {};
  TIDEGATE_TRY(condition, Condition::compile(spec.when));
  out.condition.emplace(std::move(condition));
  return {};
}

}  // namespace

std::shared_ptr<const CompiledPipeline> CompiledPipeline::compile(
    std::shared_ptr<const config::Pipeline> config, const Catalog& catalog) {
  auto made = std::make_shared<CompiledPipeline>();
  made->config = std::move(config);
  made->broken = made->config->broken;
  const auto add = [&](const std::vector<config::ProcessorSpec>& specs,
                       std::deque<CompiledProcessor>& out) {
    for (const config::ProcessorSpec& spec : specs) {
      CompiledProcessor& processor = out.emplace_back();
      processor.pipeline = made.get();
      processor.spec = &spec;
      processor.label = fmt::format("{}/{}", made->config->id, spec.name);
      if (!made->broken.empty()) continue;
      if (auto compiled = pipeline::compile(processor, catalog); !compiled) {
        made->broken = fmt::format("{}: {}", processor.label, compiled.error().detail);
      }
    }
  };
  add(made->config->processors, made->processors);
  add(made->config->fallbacks, made->fallbacks);
  for (CompiledProcessor& processor : made->processors) {
    const auto fallback = processor.spec->fallback_processor;
    if (fallback) processor.fallback = &made->fallbacks[*fallback];
  }
  return made;
}

Chain::Chain(std::vector<std::shared_ptr<const CompiledPipeline>> pipelines)
    : pipelines_(std::move(pipelines)) {
  for (const auto& pipeline : pipelines_) {
    if (broken_.empty()) broken_ = pipeline->broken;
    if (!pipeline->broken.empty()) continue;
    for (const CompiledProcessor& processor : pipeline->processors) {
      processors_.push_back(&processor);
      may_wait_ = may_wait_ || processor.factory->may_wait();
      needs_model_ = needs_model_ || (processor.condition && processor.condition->uses_model());
    }
    for (const CompiledProcessor& fallback : pipeline->fallbacks) {
      may_wait_ = may_wait_ || fallback.factory->may_wait();
    }
  }
  for (std::size_t i = 0; i < config::kPhases; ++i) {
    const auto phase = static_cast<Phase>(i);
    for (std::size_t at = 0; at < processors_.size(); ++at) {
      if (processors_[at]->phases.has(phase)) {
        by_phase_[i].push_back(static_cast<std::uint16_t>(at));
      }
    }
    if (phase >= Phase::kResponseHeaders) std::ranges::reverse(by_phase_[i]);
  }
}

}  // namespace tidegate::pipeline
