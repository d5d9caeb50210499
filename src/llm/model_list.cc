#include "llm/model_list.h"

#include <fmt/format.h>

#include <cstdint>

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

void put_gemini_model(json::Writer& writer, std::string_view id) {
  writer.begin_object()
      .member("name", fmt::format("models/{}", id))
      .member("baseModelId", id)
      .member("displayName", id)
      .key("supportedGenerationMethods")
      .begin_array()
      .string("generateContent")
      .string("countTokens")
      .end_array()
      .end_object();
}

void put_model(json::Writer& writer, Dialect dialect, const ModelEntry& model) {
  if (dialect == Dialect::kGemini) {
    put_gemini_model(writer, model.id);
    return;
  }
  writer.begin_object();
  if (dialect == Dialect::kAnthropic) {
    writer.member("type", "model")
        .member("id", model.id)
        .member("display_name", model.id)
        .member("created_at", format_time(model.created));
  } else {
    writer.member("id", model.id)
        .member("object", "model")
        .key("created")
        .number(static_cast<std::int64_t>(model.created.time_since_epoch().count()))
        .member("owned_by", model.owned_by);
  }
  writer.end_object();
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
