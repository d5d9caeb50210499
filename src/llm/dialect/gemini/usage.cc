#include "llm/dialect/gemini/usage.h"

#include <algorithm>

#include "llm/dialect/gemini/fields.h"

namespace tidegate::llm::gemini {
namespace {

TokenCount audio_tokens(std::string_view details) {
  TokenCount sum;
  json::ArrayCursor cursor(details);
  while (const auto item = cursor.next()) {
    if (find_text(*item, "modality") != "AUDIO") continue;
    sum += TokenCount(parse_count(find_field(*item, "tokenCount")).value_or(0));
  }
  return sum;
}

void write_details(json::Writer& writer, std::string_view name, TokenCount all, TokenCount audio) {
  if (audio == TokenCount()) return;
  writer.key(name).begin_array();
  if (all > audio) {
    writer.begin_object().member("modality", "TEXT");
    writer.member("tokenCount", (all - audio).value()).end_object();
  }
  writer.begin_object().member("modality", "AUDIO").member("tokenCount", audio.value());
  writer.end_object().end_array();
}

}  // namespace

std::optional<Usage> parse_usage(std::string_view metadata) {
  bool any = false;
  const auto count = [&](std::string_view name) {
    const auto value = parse_count(find_field(metadata, name));
    any = any || value.has_value();
    return TokenCount(value.value_or(0));
  };
  const auto prompt = count("promptTokenCount");
  const auto tool_prompt = count("toolUsePromptTokenCount");
  const auto candidates = count("candidatesTokenCount");
  const auto thoughts = count("thoughtsTokenCount");
  const auto total = count("totalTokenCount");
  if (!any) return std::nullopt;
  Usage usage;
  // Parts never exceed their whole, whatever a provider says.
  usage.cache_read = std::min(count("cachedContentTokenCount"), prompt);
  usage.input_uncached = prompt - usage.cache_read + tool_prompt;
  const bool thoughts_within = candidates >= thoughts && total == prompt + tool_prompt + candidates;
  usage.output = thoughts_within ? candidates : candidates + thoughts;
  usage.reasoning = thoughts;
  const auto audio_in = audio_tokens(find_field(metadata, "promptTokensDetails"));
  const auto audio_out = audio_tokens(find_field(metadata, "candidatesTokensDetails"));
  usage.audio_input = std::min(audio_in, usage.input());
  usage.audio_output = std::min(audio_out, usage.output);
  return usage;
}

void write_usage(json::Writer& writer, const Usage& usage) {
  const auto candidates = usage.output - usage.reasoning;
  writer.begin_object().member("promptTokenCount", usage.input().value());
  writer.member("candidatesTokenCount", candidates.value());
  if (usage.cache_read > TokenCount()) {
    writer.member("cachedContentTokenCount", usage.cache_read.value());
  }
  if (usage.reasoning > TokenCount()) {
    writer.member("thoughtsTokenCount", usage.reasoning.value());
  }
  writer.member("totalTokenCount", usage.total().value());
  write_details(writer, "promptTokensDetails", usage.input(), usage.audio_input);
  write_details(writer, "candidatesTokensDetails", candidates, usage.audio_output);
  writer.end_object();
}

}  // namespace tidegate::llm::gemini
