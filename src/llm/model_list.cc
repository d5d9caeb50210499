#include "llm/model_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <utility>

#include "json/writer.h"

namespace tidegate::llm {
namespace {

// RFC 3339, as in "2025-02-19T00:00:00Z".
std::string format_time(std::chrono::sys_seconds time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

using Capability = ModelCard::Capability;

bool knows_capabilities(const ModelEntry& model) {
  return model.card != nullptr && !model.card->capabilities.empty();
}

bool can(const ModelEntry& model, Capability capability) {
  if (model.card == nullptr) return false;
  const auto& all = model.card->capabilities;
  return std::ranges::find(all, capability) != all.end();
}

// Nothing where it is not known.
void put_tokens(json::Writer& writer, std::string_view name, TokenCount tokens) {
  if (tokens.value() != 0) writer.key(name).number(tokens.value());
}

void put_flag(json::Writer& writer, std::string_view name, bool value) {
  writer.key(name).boolean(value ? json::Writer::Bool::kTrue : json::Writer::Bool::kFalse);
}

void put_gemini_actions(json::Writer& writer, const ModelEntry& model) {
  writer.key("supportedGenerationMethods").begin_array();
  const bool embeds = can(model, Capability::kEmbeddings);
  if (!embeds || can(model, Capability::kChat)) {
    writer.string("generateContent").string("countTokens");
  }
  if (embeds) writer.string("embedContent").string("batchEmbedContents");
  writer.end_array();
}

void put_gemini_model(json::Writer& writer, const ModelEntry& model) {
  writer.begin_object()
      .member("name", fmt::format("models/{}", model.id))
      .member("baseModelId", model.id)
      .member("displayName", model.id);
  if (model.card != nullptr) {
    put_tokens(writer, "inputTokenLimit", model.card->context_window);
    put_tokens(writer, "outputTokenLimit", model.card->max_output_tokens);
  }
  put_gemini_actions(writer, model);
  if (knows_capabilities(model)) put_flag(writer, "thinking", can(model, Capability::kReasoning));
  writer.end_object();
}

using Flag = std::pair<std::string_view, bool>;

// {"supported":true}, with what it consists of behind.
void put_support(json::Writer& writer, std::string_view name, bool supported,
                 std::initializer_list<Flag> parts = {}) {
  writer.key(name).begin_object();
  put_flag(writer, "supported", supported);
  for (const auto& [part, value] : parts) put_support(writer, part, value);
  writer.end_object();
}

// All keys are always there. What the catalogue has no word for is not promised.
void put_anthropic_capabilities(json::Writer& writer, const ModelEntry& model) {
  writer.key("capabilities");
  if (!knows_capabilities(model)) {
    writer.null();
    return;
  }
  const bool thinks = can(model, Capability::kReasoning);
  writer.begin_object();
  put_support(writer, "batch", false);
  put_support(writer, "citations", false);
  put_support(writer, "code_execution", false);
  put_support(writer, "context_management", false,
              {{"clear_thinking_20251015", false},
               {"clear_tool_uses_20250919", false},
               {"compact_20260112", false}});
  put_support(writer, "effort", thinks,
              {{"low", thinks}, {"medium", thinks}, {"high", thinks}, {"max", false}});
  put_support(writer, "image_input", can(model, Capability::kVision));
  put_support(writer, "pdf_input", can(model, Capability::kDocuments));
  put_support(writer, "structured_outputs", can(model, Capability::kStructuredOutput));
  writer.key("thinking").begin_object();
  put_flag(writer, "supported", thinks);
  writer.key("types").begin_object();
  put_support(writer, "adaptive", false);
  put_support(writer, "enabled", thinks);
  writer.end_object().end_object().end_object();
}

void put_anthropic_model(json::Writer& writer, const ModelEntry& model) {
  writer.begin_object()
      .member("type", "model")
      .member("id", model.id)
      .member("display_name", model.id)
      .member("created_at", format_time(model.created))
      .member("lifecycle", "active");
  if (model.card != nullptr) {
    put_tokens(writer, "max_input_tokens", model.card->context_window);
    put_tokens(writer, "max_tokens", model.card->max_output_tokens);
  }
  put_anthropic_capabilities(writer, model);
  writer.end_object();
}

void put_mistral_capabilities(json::Writer& writer, const ModelEntry& model) {
  writer.key("capabilities").begin_object();
  if (knows_capabilities(model)) {
    put_flag(writer, "completion_chat", can(model, Capability::kChat));
    put_flag(writer, "function_calling", can(model, Capability::kTools));
    put_flag(writer, "vision", can(model, Capability::kVision));
    put_flag(writer, "audio", can(model, Capability::kAudio));
    put_flag(writer, "reasoning", can(model, Capability::kReasoning));
  }
  writer.end_object();
}

void put_openai_model(json::Writer& writer, const ModelEntry& model) {
  writer.begin_object()
      .member("id", model.id)
      .member("object", "model")
      .key("created")
      .number(static_cast<std::int64_t>(model.created.time_since_epoch().count()))
      .member("owned_by", model.owned_by)
      .member("type", "base");
  put_mistral_capabilities(writer, model);
  if (model.card != nullptr) {
    put_tokens(writer, "max_context_length", model.card->context_window);
    put_tokens(writer, "context_window", model.card->context_window);
    put_tokens(writer, "max_completion_tokens", model.card->max_output_tokens);
  }
  writer.end_object();
}

void put_model(json::Writer& writer, Dialect dialect, const ModelEntry& model) {
  switch (dialect) {
    case Dialect::kGemini:
      return put_gemini_model(writer, model);
    case Dialect::kAnthropic:
      return put_anthropic_model(writer, model);
    case Dialect::kOpenAi:
    case Dialect::kBedrock:
    case Dialect::kCohere:
      return put_openai_model(writer, model);
  }
}

void put_id(json::Writer& writer, std::string_view name, std::span<const ModelEntry> one) {
  writer.key(name);
  if (one.empty()) {
    writer.null();
  } else {
    writer.string(one.front().id);
  }
}

}  // namespace

std::string format_model_list(Dialect dialect, std::span<const ModelEntry> models) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object();
  if (dialect == Dialect::kOpenAi) writer.member("object", "list");
  writer.key(dialect == Dialect::kGemini ? "models" : "data").begin_array();
  for (const auto& model : models) put_model(writer, dialect, model);
  writer.end_array();
  if (dialect == Dialect::kAnthropic) {
    writer.key("has_more").boolean(json::Writer::Bool::kFalse);
    put_id(writer, "first_id", models);
    put_id(writer, "last_id", models.last(models.empty() ? 0 : 1));
  }
  writer.end_object();
  return out;
}

std::string format_model(Dialect dialect, const ModelEntry& model) {
  std::string out;
  json::Writer writer(out);
  put_model(writer, dialect, model);
  return out;
}

}  // namespace tidegate::llm
