#include <algorithm>
#include <tuple>

#include "decode/kinds.h"
#include "decode/parts.h"
#include "decode/value_json.h"

namespace tidegate::decode {
namespace {

using resource::PipelineProcessor;

constexpr Text kName{
    .min = 1, .max = 63, .valid = is_dns_label, .must = "be a lower case DNS label"};
constexpr Text kExpression{.min = 1, .max = 4096};
constexpr Strings kContext{.max = 32, .key = {.min = 1, .max = 63}, .value = {.max = 4096}};

constexpr Choice<PipelineProcessor::Phase> kPhases[] = {
    {"RequestHeaders", PipelineProcessor::Phase::kRequestHeaders},
    {"RequestBody", PipelineProcessor::Phase::kRequestBody},
    {"ResponseHeaders", PipelineProcessor::Phase::kResponseHeaders},
    {"ResponseBody", PipelineProcessor::Phase::kResponseBody},
    {"StreamChunk", PipelineProcessor::Phase::kStreamChunk}};
constexpr Choice<PipelineProcessor::FailureMode> kFailureModes[] = {
    {"Closed", PipelineProcessor::FailureMode::kClosed},
    {"Open", PipelineProcessor::FailureMode::kOpen},
    {"Fallback", PipelineProcessor::FailureMode::kFallback}};
constexpr Choice<PipelineProcessor::Mode> kModes[] = {
    {"Enforce", PipelineProcessor::Mode::kEnforce}, {"Report", PipelineProcessor::Mode::kReport}};

void read_answer(const Node& node, resource::PipelineAnswer& out) {
  ObjectReader object(node);
  object.optional("status", out.status, Int<std::uint16_t>{.min = 200, .max = 599});
  const bool typed = object.optional("contentType", out.content_type, kHeaderValue);
  object.optional("body", out.body, Text{.max = 64 * 1024});
  object.optional("text", out.text, Text{.max = 64 * 1024});
  if (out.body.has_value() == out.text.has_value()) object.fail("needs one of body and text");
  if (typed && out.text) object.fail("contentType", "must be absent where text is set");
}

void read_fallback(const Node& node, resource::PipelineFallback& out) {
  ObjectReader object(node);
  object.optional("processor", out.processor, kName);
  object.optional("backendRef", out.backend_ref, read_backend_object_ref);
  object.optional("answer", out.answer, read_answer);
  const int count = int{out.processor.has_value()} + int{out.backend_ref.has_value()} +
                    int{out.answer.has_value()};
  if (count != 1) object.fail("needs exactly one of processor, backendRef and answer");
}

void read_processor(const Node& node, PipelineProcessor& out) {
  ObjectReader object(node);
  object.required("name", out.name, kName);
  object.required("type", out.type, kKind);
  object.optional("backendRef", out.backend_ref, read_backend_object_ref);
  object.list("phases", out.phases, {.min = 1, .max = 5}, one_of(kPhases));
  object.optional("when", out.when, kExpression);
  object.optional("timeout", out.timeout, read_duration);
  object.optional("failureMode", out.failure_mode, one_of(kFailureModes));
  object.optional("fallback", out.fallback, read_fallback);
  object.optional("mode", out.mode, one_of(kModes));
  object.optional("concurrencyGroup", out.concurrency_group, kName);
  object.optional("context", out.context, kContext);
  object.optional("config", out.config, read_json_object);
  check_unique(object, "phases", out.phases, [](auto phase) { return phase; }, "is repeated");
  const bool falls_back = out.failure_mode == PipelineProcessor::FailureMode::kFallback;
  if (falls_back && !out.fallback) object.fail("fallback", "is required for failureMode Fallback");
  if (!falls_back && out.fallback) {
    object.fail("fallback", "must be absent unless failureMode is Fallback");
  }
  if (out.timeout && out.timeout->count() == 0) object.fail("timeout", "must be more than 0");
}

void read_fallback_processor(const Node& node, PipelineProcessor& out) {
  read_processor(node, out);
  if (out.failure_mode == PipelineProcessor::FailureMode::kFallback) {
    node.fail("a fallback processor has no failureMode Fallback");
  }
  if (!out.concurrency_group.empty()) node.fail("a fallback processor has no concurrencyGroup");
}

void read_backend(const Node& node, resource::PipelineBackend& out) {
  ObjectReader object(node);
  object.required("name", out.name, kName);
  object.required("backendRef", out.ref, read_backend_object_ref);
}

// Members of a concurrency group stand side by side.
void check_groups(const ObjectReader& spec, const std::vector<PipelineProcessor>& processors) {
  for (std::size_t i = 1; i < processors.size(); ++i) {
    const std::string& group = processors[i].concurrency_group;
    if (group.empty() || processors[i - 1].concurrency_group == group) continue;
    const auto before = processors.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::any_of(processors.begin(), before,
                    [&](const auto& one) { return one.concurrency_group == group; })) {
      spec.fail_item("processors", i,
                     "is of a concurrencyGroup that ended before: its members stand side by side");
    }
  }
}

void check_fallbacks(const ObjectReader& spec, const resource::PayloadPipeline& pipeline) {
  for (std::size_t i = 0; i < pipeline.processors.size(); ++i) {
    const auto& fallback = pipeline.processors[i].fallback;
    if (!fallback || !fallback->processor) continue;
    if (std::ranges::find(pipeline.fallback_processors, *fallback->processor,
                          &PipelineProcessor::name) == pipeline.fallback_processors.end()) {
      spec.fail_item("processors", i, "fallback.processor is none of fallbackProcessors");
    }
  }
}

void read_spec(const Node& node, resource::PayloadPipeline& out) {
  ObjectReader spec(node);
  spec.list("targetRefs", out.target_refs, {.max = 16}, read_policy_target_ref);
  spec.optional("timeout", out.timeout, read_duration);
  spec.required_list("processors", out.processors, {.min = 1, .max = 256}, read_processor);
  spec.list("fallbackProcessors", out.fallback_processors, {.max = 16}, read_fallback_processor);
  spec.list("backends", out.backends, {.max = 64}, read_backend);
  check_unique(
      spec, "targetRefs", out.target_refs,
      [](const auto& ref) { return std::tuple(ref.group, ref.kind, ref.name, ref.section_name); },
      "names a target that came before");
  const auto name = [](const auto& one) { return one.name; };
  check_unique(spec, "processors", out.processors, name, "has the name of one that came before");
  check_unique(spec, "fallbackProcessors", out.fallback_processors, name,
               "has the name of one that came before");
  check_unique(spec, "backends", out.backends, name, "has the name of one that came before");
  check_groups(spec, out.processors);
  check_fallbacks(spec, out);
  if (out.timeout && out.timeout->count() == 0) spec.fail("timeout", "must be more than 0");
}

}  // namespace

void read_body(ObjectReader& root, Version, resource::PayloadPipeline& out) {
  root.required("spec", out, read_spec);
}

}  // namespace tidegate::decode
