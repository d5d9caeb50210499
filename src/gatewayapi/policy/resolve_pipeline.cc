#include "gatewayapi/policy/resolve_pipeline.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <vector>

#include "config/backend.h"

namespace tidegate::gatewayapi {
namespace {

using config::Phase;
using resource::PipelineProcessor;

constexpr Phase to_config(PipelineProcessor::Phase phase) {
  switch (phase) {
    case PipelineProcessor::Phase::kRequestHeaders:
      return Phase::kRequestHeaders;
    case PipelineProcessor::Phase::kRequestBody:
      return Phase::kRequestBody;
    case PipelineProcessor::Phase::kResponseHeaders:
      return Phase::kResponseHeaders;
    case PipelineProcessor::Phase::kResponseBody:
      return Phase::kResponseBody;
    case PipelineProcessor::Phase::kStreamChunk:
      return Phase::kStreamChunk;
  }
  return Phase::kRequestHeaders;
}

config::CannedAnswer make_answer(const resource::PipelineAnswer& answer) {
  config::CannedAnswer made;
  made.status = answer.status;
  made.content_type = answer.content_type;
  made.is_completion = answer.text.has_value();
  made.text = answer.text ? *answer.text : answer.body.value_or("");
  return made;
}

class Resolver {
 public:
  Resolver(const resource::PayloadPipeline& object, const config::ProcessorCatalog* catalog,
           RuleContext& context)
      : object_(object), catalog_(catalog), context_(context) {}

  ResolvedPipeline run() {
    ResolvedPipeline out;
    config::Pipeline& pipeline = out.pipeline;
    pipeline.id = fmt::format("{}/{}", object_.meta.namespace_, object_.meta.name);
    pipeline.timeout = object_.timeout.value_or(std::chrono::milliseconds(0));
    for (const auto& backend : object_.backends) {
      const std::string path = fmt::format("backends[{}].backendRef", pipeline.backends.size());
      pipeline.backends.push_back({backend.name, resolve(backend.ref, path)});
    }
    add("processors", object_.processors, pipeline.processors);
    add("fallbackProcessors", object_.fallback_processors, pipeline.fallbacks);
    pipeline.broken = missing_;
    if (!problems_.empty()) {
      out.invalid = Problem{Reason::kInvalid, fmt::format("{}", fmt::join(problems_, "; "))};
      pipeline.broken = out.invalid->message;
    }
    return out;
  }

 private:
  std::shared_ptr<const config::Backend> resolve(const resource::BackendObjectReference& ref,
                                                 const std::string& path) {
    return context_.resolve(ref, BackendUse::kHttp, path).backend;
  }

  // What a processor asks: over HTTP, or a store.
  std::shared_ptr<const config::Backend> resolve_own(const config::ProcessorType& type,
                                                     const PipelineProcessor& processor,
                                                     const std::string& path) {
    const auto store = type.store == nullptr ? std::nullopt : type.store(processor.config);
    if (!store) return resolve(*processor.backend_ref, path);
    auto backend = context_.resolve(*processor.backend_ref, BackendUse::kStore, path).backend;
    if (backend == nullptr || backend->protocol == *store) return backend;
    tell(path, fmt::format(": must be a port with protocol {}",
                           *store == config::BackendProtocol::kRedis ? "Redis" : "PostgreSQL"));
    return nullptr;
  }

  void add(std::string_view list, const std::vector<PipelineProcessor>& processors,
           std::vector<config::ProcessorSpec>& out) {
    for (const PipelineProcessor& processor : processors) {
      out.push_back(make(processor, fmt::format("{}[{}]", list, out.size())));
    }
  }

  void tell(const std::string& path, std::string_view what) {
    problems_.push_back(fmt::format("{}{}", path, what));
  }

  config::ProcessorSpec make(const PipelineProcessor& processor, const std::string& path) {
    config::ProcessorSpec spec;
    spec.name = processor.name;
    spec.type = processor.type;
    spec.when = processor.when;
    spec.timeout = processor.timeout.value_or(std::chrono::milliseconds(0));
    spec.failure_mode = static_cast<config::FailureMode>(processor.failure_mode);
    spec.mode = static_cast<config::ProcessorMode>(processor.mode);
    spec.concurrency_group = processor.concurrency_group;
    spec.context = processor.context;
    spec.config = processor.config;
    check_type(processor, path, spec);
    if (processor.fallback) set_fallback(*processor.fallback, path, spec);
    if (processor.when.empty() || catalog_ == nullptr || catalog_->check_condition == nullptr) {
      return spec;
    }
    if (const std::string wrong = catalog_->check_condition(processor.when); !wrong.empty()) {
      tell(path, ".when: " + wrong);
    }
    return spec;
  }

  void check_type(const PipelineProcessor& processor, const std::string& path,
                  config::ProcessorSpec& spec) {
    const auto* type = catalog_ == nullptr ? nullptr : catalog_->find(processor.type);
    if (type == nullptr) {
      std::vector<std::string_view> names;
      if (catalog_ != nullptr) {
        for (const auto& known : catalog_->types) names.push_back(known.name);
      }
      return tell(path, fmt::format(".type: there is no processor \"{}\"; there is {}",
                                    processor.type, fmt::join(names, ", ")));
    }
    spec.phases = type->phases;
    if (!processor.phases.empty()) {
      spec.phases = {};
      for (const auto phase : processor.phases) spec.phases.add(to_config(phase));
      if (!type->phases.has_all(spec.phases)) {
        tell(path, fmt::format(".phases: {} does not serve all of these", processor.type));
      }
    }
    const bool needs_backend = type->needs_backend(processor.config);
    if (needs_backend != processor.backend_ref.has_value() && !type->may_call_out) {
      tell(path, fmt::format(".backendRef: {} for type {}",
                             needs_backend ? "is required" : "must be absent", processor.type));
    }
    if (processor.backend_ref) {
      spec.backend = resolve_own(*type, processor, path + ".backendRef");
    }
    if (type->check != nullptr) {
      const auto problems = type->check(processor.config);
      for (const std::string& wrong : problems) {
        tell(path, wrong.starts_with(':') ? ".config" + wrong : ".config." + wrong);
      }
      if (!problems.empty()) return;
    }
    if (type->secrets != nullptr) find_secrets(type->secrets(processor.config), path, spec);
  }

  // A processor whose Secret cannot be had does not run without it.
  void find_secrets(const std::vector<config::SecretReference>& wanted, const std::string& path,
                    config::ProcessorSpec& spec) {
    for (const auto& ref : wanted) {
      const std::string place = fmt::format("{}.config.{}", path, ref.path);
      auto value = context_.find_secret(ref, place);
      if (value) {
        spec.secrets.emplace_back(ref.path, std::move(*value));
      } else {
        missing_ = place + ": the Secret cannot be had";
      }
    }
  }

  void set_fallback(const resource::PipelineFallback& fallback, const std::string& path,
                    config::ProcessorSpec& spec) {
    if (fallback.processor) {
      const auto found = std::ranges::find(object_.fallback_processors, *fallback.processor,
                                           &PipelineProcessor::name);
      if (found == object_.fallback_processors.end()) {
        return tell(path, ".fallback.processor: is none of fallbackProcessors");
      }
      spec.fallback_processor =
          static_cast<std::size_t>(found - object_.fallback_processors.begin());
    }
    if (fallback.backend_ref) {
      spec.fallback_backend = resolve(*fallback.backend_ref, path + ".fallback.backendRef");
    }
    if (fallback.answer) spec.fallback_answer = make_answer(*fallback.answer);
  }

  const resource::PayloadPipeline& object_;
  const config::ProcessorCatalog* catalog_;
  RuleContext& context_;
  std::vector<std::string> problems_;
  std::string missing_;  // a Secret
};

}  // namespace

ResolvedPipeline resolve_pipeline(const resource::PayloadPipeline& object,
                                  const config::ProcessorCatalog* catalog, RuleContext& context) {
  return Resolver(object, catalog, context).run();
}

}  // namespace tidegate::gatewayapi
