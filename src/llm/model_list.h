// The answer to GET /v1/models and GET /v1/models/{id} in each dialect.
// Source: OpenAI API reference, Models; Anthropic API reference, List Models; Gemini API reference,
// models.list (2026-11).
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>

#include "llm/call.h"

namespace tidegate::llm {

struct ModelEntry {
  std::string_view id;
  std::string_view owned_by;           // OpenAI only
  std::chrono::sys_seconds created{};  // the epoch where nobody knows
};

// {"object":"list","data":[...]}, {"data":[...],"has_more":false,"first_id":...,"last_id":...} or
// {"models":[{"name":"models/..."}]}.
std::string format_model_list(Dialect dialect, std::span<const ModelEntry> models);
// One entry by itself.
std::string format_model(Dialect dialect, const ModelEntry& model);

}  // namespace tidegate::llm
