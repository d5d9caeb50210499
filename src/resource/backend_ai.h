// Backend spec.ai: a destination that serves models.
//
//   ai:
//     provider: OpenAICompatible
//     dialect: OpenAI                  OpenAI | Anthropic | Gemini | Bedrock | Cohere
//     models:
//     - name: fast
//       upstreamName: gpt-4o-mini
//       contextWindow: 128000
//       maxOutputTokens: 16384
//       capabilities: [Chat, Tools, Vision]
//       price: {input: 0.15, cacheRead: 0.075, output: 0.6, batch: 0.5, tiers: [{above: 200000,
//       ...}]}
//     strict: true
//     pathPrefix: /openai/v1
//     apiVersion: "2024-10-21"         Azure
//     project: my-project              Vertex AI
//     location: us-central1            Vertex AI
//     quirks: {maxTokensName: max_tokens, reasoningField: reasoning, developerRole: false, ...}
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/dialect.h"
#include "base/model_card.h"

namespace tidegate::resource {

struct BackendModel {
  std::string name;                          // as clients ask for it
  std::optional<std::string> upstream_name;  // as the provider knows it
  ModelCard card = {};
};

struct BackendQuirks {
  enum class MaxTokensName : std::uint8_t { kMaxTokens, kMaxCompletionTokens };
  enum class ReasoningField : std::uint8_t { kNone, kReasoningContent, kReasoning };
  std::optional<MaxTokensName> max_tokens_name;
  std::optional<ReasoningField> reasoning_field;
  std::optional<bool> developer_role;
  std::optional<bool> stream_options;
  std::optional<bool> strict_schema;
  std::optional<bool> json_schema;
  std::optional<bool> reasoning_effort;
  std::optional<bool> parallel_tool_calls;
  std::optional<bool> top_k;
  std::optional<bool> cache_control;
  std::optional<bool> think_tags;
  std::optional<std::uint32_t> default_max_tokens;
};

struct BackendAi {
  using Dialect = tidegate::Dialect;
  std::string provider;              // OpenAI, Anthropic, OpenAICompatible, ...
  std::optional<Dialect> dialect;    // absent: the provider's own
  std::vector<BackendModel> models;  // empty: any
  bool strict = false;
  std::optional<std::string> path_prefix;
  std::optional<std::string> api_version;
  std::optional<std::string> project;
  std::optional<std::string> location;
  BackendQuirks quirks;
};

}  // namespace tidegate::resource
