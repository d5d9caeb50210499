#include "llm/dialect/openai/request_members.h"

#include <algorithm>
#include <array>

#include "llm/conversation/effort.h"
#include "llm/conversation/tool_schema.h"

namespace tidegate::llm::openai {
namespace {

using NumberMember = std::pair<std::string_view, std::string_view Conversation::*>;
constexpr std::array kNumbers = {NumberMember{"temperature", &Conversation::temperature},
                                 NumberMember{"top_p", &Conversation::top_p},
                                 NumberMember{"top_logprobs", &Conversation::top_logprobs}};

using TextMember = std::pair<std::string_view, EscapedText Conversation::*>;
constexpr std::array kTexts = {TextMember{"user", &Conversation::user},
                               TextMember{"safety_identifier", &Conversation::user},
                               TextMember{"service_tier", &Conversation::service_tier},
                               TextMember{"prompt_cache_key", &Conversation::prompt_cache_key}};

// Tiers that OpenAI knows; another provider's word would be refused.
constexpr std::array<std::string_view, 5> kTiers = {"auto", "default", "flex", "priority", "scale"};

constexpr std::array kShared = {SharedMember{"verbosity", "text.verbosity"},
                                SharedMember{"store", "store"},
                                SharedMember{"prompt_cache_retention", "prompt_cache_retention"},
                                SharedMember{"logit_bias", ""},
                                SharedMember{"prediction", ""},
                                SharedMember{"modalities", ""},
                                SharedMember{"audio", ""},
                                SharedMember{"web_search_options", ""},
                                SharedMember{"", "truncation"},
                                SharedMember{"", "max_tool_calls"}};

}  // namespace

Result<bool> read_common_member(const FieldCursor::Item& item, Conversation& conversation,
                                Arena& arena) {
  const Where root(Origin::kDownstream);
  const Where path = root.member(item.name);
  for (const auto& [name, member] : kNumbers) {
    if (item.name != name) continue;
    TIDEGATE_TRY(number, read_number(item.value, path));
    conversation.*member = number;
    return true;
  }
  for (const auto& [name, member] : kTexts) {
    if (item.name != name) continue;
    TIDEGATE_TRY(text, read_string(item.value, path));
    conversation.*member = text;
    return true;
  }
  if (item.name == "model") {
    TIDEGATE_TRY(model, read_word(item.value, path, arena));
    conversation.model = model;
  } else if (item.name == "stream") {
    TIDEGATE_TRY(stream, read_bool(item.value, path));
    conversation.stream = stream;
  } else if (item.name == "parallel_tool_calls") {
    TIDEGATE_TRY(parallel, read_bool(item.value, path));
    conversation.parallel_tool_calls = parallel;
  } else if (item.name == "metadata") {
    TIDEGATE_TRY_VOID(read_object(item.value, path));
    if (json::ObjectCursor(item.value).next()) conversation.metadata = item.value;
  } else {
    return false;
  }
  return true;
}

Result<bool> read_output_type(const Where& path, std::string_view value, OutputFormat& output,
                              Arena& arena) {
  TIDEGATE_TRY_VOID(read_object(value, path));
  TIDEGATE_TRY(type, read_word(find_value(value, "type"), path.member("type"), arena));
  if (type == "json_object") output.kind = OutputFormat::Kind::kJson;
  if (type == "text" || type == "json_object") return false;
  if (type == "json_schema") return true;
  return path.member("type").refuse("must be text, json_object or json_schema");
}

Result<void> read_json_schema(const Where& path, std::string_view value, OutputFormat& output,
                              Arena& arena) {
  TIDEGATE_TRY_VOID(read_object(value, path));
  output.kind = OutputFormat::Kind::kJsonSchema;
  FieldCursor cursor(value, arena);
  while (const auto item = cursor.next()) {
    const Where at = path.member(item->name);
    if (item->name == "name" || item->name == "description") {
      TIDEGATE_TRY(text, read_string(item->value, at));
      (item->name == "name" ? output.name : output.description) = text;
    } else if (item->name == "strict") {
      TIDEGATE_TRY(strict, read_bool(item->value, at));
      output.strict = strict;
    } else if (item->name == "schema") {
      TIDEGATE_TRY_VOID(read_object(item->value, at));
      output.schema = item->value;
    }
  }
  return {};
}

void write_json_schema(json::Writer& writer, const OutputFormat& output, const Target& target) {
  writer.member("name", output.name.empty() ? EscapedText{"response"} : output.name);
  write_text_member(writer, "description", output.description);
  writer.key("schema").raw(output.schema.empty() ? std::string_view(R"({"type":"object"})")
                                                 : output.schema);
  if (target.takes_strict_schema) write_flag_member(writer, "strict", output.strict);
}

Result<void> read_effort(const Where& path, std::string_view value, Reasoning& reasoning,
                         Arena& arena) {
  TIDEGATE_TRY(word, read_word(value, path, arena));
  reasoning.effort = parse_effort(word);
  if (!reasoning.effort) return path.refuse("must be none, minimal, low, medium, high or xhigh");
  return {};
}

std::optional<std::string_view> effort_word(const Conversation& conversation) {
  if (!conversation.reasoning) return std::nullopt;
  const auto effort = find_effort(*conversation.reasoning);
  if (!effort) return std::nullopt;
  return to_string(clamp_effort(*effort, Effort::kNone, Effort::kXHigh));
}

std::optional<CacheLife> read_cache_control(std::string_view part) {
  const auto mark = find_value(part, "cache_control");
  if (!json::is_object(mark)) return std::nullopt;
  return find_text(mark, "ttl").bytes == "1h" ? CacheLife::kOneHour : CacheLife::kFiveMinutes;
}

void write_cache_control(json::Writer& writer, std::optional<CacheLife> cache) {
  if (!cache) return;
  writer.key("cache_control").begin_object().member("type", "ephemeral");
  if (*cache == CacheLife::kOneHour) writer.member("ttl", "1h");
  writer.end_object();
}

void write_common_members(json::Writer& writer, const Conversation& conversation,
                          const Target& target, Losses& losses) {
  write_raw_member(writer, "temperature", conversation.temperature);
  write_raw_member(writer, "top_p", conversation.top_p);
  if (conversation.parallel_tool_calls && !conversation.tools.empty()) {
    if (target.takes_parallel_tool_calls) {
      write_flag_member(writer, "parallel_tool_calls", conversation.parallel_tool_calls);
    } else if (!*conversation.parallel_tool_calls) {
      losses.add("parallel_tool_calls");
    }
  }
  write_text_member(writer, "user", conversation.user);
  write_raw_member(writer, "metadata", conversation.metadata);
  write_text_member(writer, "prompt_cache_key", conversation.prompt_cache_key);
  const auto tier = conversation.service_tier;
  if (std::ranges::find(kTiers, tier.bytes) != kTiers.end()) {
    writer.member("service_tier", tier);
  } else if (!tier.empty()) {
    losses.add("service_tier");
  }
  // One answer crosses between dialects.
  if (conversation.choices > 1) losses.add("n");
}

const SharedMember* find_shared_member(std::string_view name) {
  for (const auto& member : kShared) {
    if (member.chat == name || member.responses == name) return &member;
  }
  return nullptr;
}

void write_text_member(json::Writer& writer, std::string_view name, EscapedText text) {
  if (!text.empty()) writer.member(name, text);
}

void write_raw_member(json::Writer& writer, std::string_view name, std::string_view raw) {
  if (!raw.empty()) writer.key(name).raw(raw);
}

void write_flag_member(json::Writer& writer, std::string_view name, std::optional<bool> flag) {
  if (flag) writer.key(name).boolean(as_bool(*flag));
}

}  // namespace tidegate::llm::openai
