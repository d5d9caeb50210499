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

// FNV-1a over texts and what separates them.
class Version {
 public:
  void add(std::string_view text) {
    for (const char byte : text) mix(static_cast<unsigned char>(byte));
    mix(0x100);
  }
  void add(std::uint64_t number) { mix(number + 0x101); }
  void add(const config::ProcessorSpec& spec) {
    for (const std::string* text : {&spec.name, &spec.type, &spec.when, &spec.config}) add(*text);
    add(static_cast<std::uint64_t>(spec.mode) << 8 | static_cast<std::uint64_t>(spec.failure_mode));
    for (const auto& [name, value] : spec.context) {
      add(name);
      add(value);
    }
  }
  std::uint64_t value() const { return value_; }

 private:
  void mix(std::uint64_t part) { value_ = (value_ ^ part) * 0x100000001b3; }
  std::uint64_t value_ = 0xcbf29ce484222325;
};

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

bool CompiledPipeline::is_current() const {
  const auto fits = [](const CompiledProcessor& one) {
    return one.factory == nullptr || one.factory->is_current();
  };
  return std::ranges::all_of(processors, fits) && std::ranges::all_of(fallbacks, fits);
}

std::vector<std::string> CompiledPipeline::troubles() const {
  std::vector<std::string> out;
  for (const auto* list : {&processors, &fallbacks}) {
    for (const CompiledProcessor& one : *list) {
      const std::string trouble = one.factory == nullptr ? "" : one.factory->trouble();
      if (!trouble.empty()) out.push_back(fmt::format("{}: {}", one.label, trouble));
    }
  }
  return out;
}

Chain::Chain(std::vector<std::shared_ptr<const CompiledPipeline>> pipelines)
    : pipelines_(std::move(pipelines)) {
  Version version;
  for (const auto& pipeline : pipelines_) {
    version.add(pipeline->config->id);
    for (const config::ProcessorSpec& spec : pipeline->config->processors) version.add(spec);
    if (broken_.empty()) broken_ = pipeline->broken;
    if (!pipeline->broken.empty()) continue;
    for (const CompiledProcessor& processor : pipeline->processors) {
      processors_.push_back(&processor);
      may_wait_ = may_wait_ || processor.factory->may_wait();
      needs_model_ = needs_model_ || processor.factory->needs_model() ||
                     (processor.condition && processor.condition->uses_model());
    }
    for (const CompiledProcessor& fallback : pipeline->fallbacks) {
      may_wait_ = may_wait_ || fallback.factory->may_wait();
    }
  }
  version_ = version.value();
  for (std::size_t i = 0; i < config::kPhases; ++i) {
    const auto phase = static_cast<Phase>(i);
    for (std::size_t at = 0; at < processors_.size(); ++at) {
      if (processors_[at]->phases.has(phase)) {
        by_phase_[i].push_back(static_cast<std::uint16_t>(at));
        if (processors_[at]->factory->must_see_replies()) must_see_.add(phase);
      }
    }
    if (phase >= Phase::kResponseHeaders) std::ranges::reverse(by_phase_[i]);
  }
}

}  // namespace tidegate::pipeline
