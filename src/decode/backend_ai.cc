#include "decode/backend_ai.h"

#include <fmt/format.h>

#include <algorithm>

#include "decode/parts.h"

namespace tidegate::decode {
namespace {

using resource::BackendAi;
using resource::BackendQuirks;

bool is_number(const Node& node) {
  return node.value.kind() == yaml::Kind::kInt || node.is(yaml::Kind::kFloat);
}

// Dollars for a million tokens.
void read_rate(const Node& node, std::uint64_t& out) {
  if (!is_number(node)) return;
  if (const auto rate = parse_rate(node.value.text())) {
    out = *rate;
  } else {
    node.fail(fmt::format("must be dollars for a million tokens, exact to a millionth, not {}",
                          node.value.text()));
  }
}

void read_factor(const Node& node, std::uint32_t& out) {
  if (!is_number(node)) return;
  if (const auto permille = parse_permille(node.value.text())) {
    out = *permille;
  } else {
    node.fail(fmt::format("must be 0..1, exact to a thousandth, not {}", node.value.text()));
  }
}

void read_tokens(const Node& node, TokenCount& out) {
  std::int64_t tokens = 0;
  if (read_int(node, 1, 1'000'000'000, tokens))
    out = TokenCount(static_cast<std::uint64_t>(tokens));
}

Rates read_rates(ObjectReader& object) {
  StatedRates stated;
  object.optional("cacheRead", stated.cache_read, read_rate);
  object.optional("cacheWrite5m", stated.cache_write_5m, read_rate);
  object.optional("cacheWrite1h", stated.cache_write_1h, read_rate);
  object.optional("output", stated.output, read_rate);
  object.optional("reasoning", stated.reasoning, read_rate);
  object.optional("audioInput", stated.audio_input, read_rate);
  object.optional("audioOutput", stated.audio_output, read_rate);
  object.required("input", stated.input.emplace(), read_rate);
  return complete_rates(stated);
}

void read_tier(const Node& node, PriceTier& out) {
  ObjectReader object(node);
  object.required("above", out.above, read_tokens);
  out.rates = read_rates(object);
}

void read_price(const Node& node, Price& out) {
  ObjectReader object(node);
  out.rates = read_rates(object);
  object.optional("batch", out.batch_permille, read_factor);
  object.list("tiers", out.tiers, {.max = 8}, read_tier);
  for (std::size_t i = 1; i < out.tiers.size(); ++i) {
    if (out.tiers[i - 1].above < out.tiers[i].above) continue;
    object.fail_item("tiers", i, "must be above the one that came before");
  }
}

void read_model_card(ObjectReader& object, ModelCard& out) {
  using Capability = ModelCard::Capability;
  constexpr Choice<Capability> kCapabilities[] = {
      {"Chat", Capability::kChat},
      {"Tools", Capability::kTools},
      {"Vision", Capability::kVision},
      {"Documents", Capability::kDocuments},
      {"Audio", Capability::kAudio},
      {"Reasoning", Capability::kReasoning},
      {"StructuredOutput", Capability::kStructuredOutput},
      {"Embeddings", Capability::kEmbeddings},
      {"Rerank", Capability::kRerank},
  };
  object.optional("contextWindow", out.context_window, read_tokens);
  object.optional("maxOutputTokens", out.max_output_tokens, read_tokens);
  object.list("capabilities", out.capabilities, {.max = std::size(kCapabilities)},
              one_of(kCapabilities));
  object.optional("price", out.price, read_price);
}

void read_model(const Node& node, resource::BackendModel& out) {
  constexpr Text kModelName{.min = 1, .max = 253};
  ObjectReader object(node);
  object.required("name", out.name, kModelName);
  object.optional("upstreamName", out.upstream_name, kModelName);
  read_model_card(object, out.card);
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
