// What a backend says of itself as a model provider.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/dialect.h"
#include "base/model_card.h"

namespace tidegate::config {

using tidegate::Dialect;

struct Model {
  std::string name;           // as clients ask for it
  std::string upstream_name;  // as the provider knows it; empty: the same
  ModelCard card = {};
  friend bool operator==(const Model&, const Model&) = default;
};

// How this server differs from what is usual for its provider (llm/provider.h); absent: it does
// not.
struct Quirks {
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
  std::optional<std::uint32_t> default_max_tokens;  // where the format demands a limit
  friend bool operator==(const Quirks&, const Quirks&) = default;
};

// Says that a backend is a model provider; without it the payload is never looked at.
struct Ai {
  std::string provider;            // a row of llm/provider.h, or any other name
  std::optional<Dialect> dialect;  // absent: the provider's own
  std::vector<Model> models;       // empty: any model passes
  // What cannot cross into the provider's format is refused; else it is told and left out.
  bool strict = false;
  std::string path_prefix = {};  // before the paths of the API ("/v1"); empty: the provider's own
  std::string api_version = {};  // Azure: "2024-10-21"; empty: the version 1 API
  std::string project = {};      // Vertex AI
  std::string location = {};     // Vertex AI
  Quirks quirks = {};
  friend bool operator==(const Ai&, const Ai&) = default;
};

}  // namespace tidegate::config
