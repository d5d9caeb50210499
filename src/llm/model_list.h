// The answer to GET /v1/models and GET /v1/models/{id} in each dialect, with what is known of the
// models beside their names.
//
// OpenAI's shape is extended as those servers do that tell more: Mistral (type, capabilities,
// max_context_length: its own client library refuses entries without), Groq (context_window,
// max_completion_tokens).
// Source: OpenAI API reference, Models; Anthropic API reference, List Models; Gemini API reference,
// models.list; Mistral API reference, List Models; Groq API reference, List models (2026-11).
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>

#include "base/model_card.h"
#include "llm/call.h"

namespace tidegate::llm {

struct ModelEntry {
  std::string_view id;
  std::string_view owned_by;           // OpenAI only
  std::chrono::sys_seconds created{};  // the epoch where nobody knows
  const ModelCard* card = nullptr;     // null: nothing is known
};

// {"object":"list","data":[...]}, {"data":[...],"has_more":false,"first_id":...,"last_id":...} or
// {"models":[{"name":"models/..."}]}.
std::string format_model_list(Dialect dialect, std::span<const ModelEntry> models);
// One entry by itself.
std::string format_model(Dialect dialect, const ModelEntry& model);

}  // namespace tidegate::llm
