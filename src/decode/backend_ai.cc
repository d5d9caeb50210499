#include "decode/backend_ai.h"

#include "decode/parts.h"

namespace tidegate::decode {
namespace {

using resource::BackendAi;
using resource::BackendQuirks;

void read_model(const Node& node, resource::BackendModel& out) {
  constexpr Text kModelName{.min = 1, .max = 253};
  ObjectReader object(node);
  object.required("name", out.name, kModelName);
  object.optional("upstreamName", out.upstream_name, kModelName);
}

void read_quirks(const Node& node, BackendQuirks& out) {
  using MaxTokensName = BackendQuirks::MaxTokensName;
  using ReasoningField = BackendQuirks::ReasoningField;
  constexpr Choice<MaxTokensName> kMaxTokensNames[] = {
      {"max_tokens", MaxTokensName::kMaxTokens},
      {"max_completion_tokens", MaxTokensName::kMaxCompletionTokens},
  };
  constexpr Choice<ReasoningField> kReasoningFields[] = {
      {"none", ReasoningField::kNone},
      {"reasoning_content", ReasoningField::kReasoningContent},
      {"reasoning", ReasoningField::kReasoning},
  };
  ObjectReader object(node);
  object.optional("maxTokensName", out.max_tokens_name, one_of(kMaxTokensNames));
  object.optional("reasoningField", out.reasoning_field, one_of(kReasoningFields));
  object.optional("developerRole", out.developer_role, read_bool);
  object.optional("streamOptions", out.stream_options, read_bool);
  object.optional("strictSchema", out.strict_schema, read_bool);
  object.optional("jsonSchema", out.json_schema, read_bool);
  object.optional("topK", out.top_k, read_bool);
  object.optional("reasoningEffort", out.reasoning_effort, read_bool);
  object.optional("parallelToolCalls", out.parallel_tool_calls, read_bool);
  object.optional("cacheControl", out.cache_control, read_bool);
  object.optional("thinkTags", out.think_tags, read_bool);
  object.optional("defaultMaxTokens", out.default_max_tokens, Int<std::uint32_t>{.min = 1});
}

}  // namespace

void read_backend_ai(const Node& node, BackendAi& out) {
  constexpr Choice<BackendAi::Dialect> kDialects[] = {
      {"OpenAI", BackendAi::Dialect::kOpenAi}, {"Anthropic", BackendAi::Dialect::kAnthropic},
      {"Gemini", BackendAi::Dialect::kGemini}, {"Bedrock", BackendAi::Dialect::kBedrock},
      {"Cohere", BackendAi::Dialect::kCohere},
  };
  constexpr Text kPath{.min = 1, .max = 253, .valid = is_path, .must = "be a path"};
  constexpr Text kSegment{.min = 1, .max = 63, .valid = is_token, .must = "be a path segment"};
  ObjectReader object(node);
  object.required("provider", out.provider, Text{.min = 1, .max = 63});
  object.optional("dialect", out.dialect, one_of(kDialects));
  object.list("models", out.models, {.max = 256}, read_model);
  check_unique(
      object, "models", out.models, [](const auto& model) { return model.name; },
      "has the name of a model that came before");
  object.optional("strict", out.strict, read_bool);
  object.optional("pathPrefix", out.path_prefix, kPath);
  object.optional("apiVersion", out.api_version, kSegment);
  object.optional("project", out.project, kSegment);
  object.optional("location", out.location, kSegment);
  object.optional("quirks", out.quirks, read_quirks);
  const bool vertex = out.provider == "GCPVertexAI";
  if (vertex && !out.project) object.fail("project", "is required for GCPVertexAI");
  if (vertex && !out.location) object.fail("location", "is required for GCPVertexAI");
}

}  // namespace tidegate::decode
