// Members that the requests of chat completions and of Responses have in common.
//
//   model, stream, temperature, top_p, top_logprobs, parallel_tool_calls, user, safety_identifier,
//   service_tier, prompt_cache_key, metadata
//   {"type":"json_schema","name":"...","description":"...","schema":{...},"strict":true}
//     (text.format of Responses; chat has what follows the type in a member "json_schema")
//   {"type":"ephemeral","ttl":"1h"}   cache_control, as OpenRouter takes it in content parts
// Source: API reference, Create chat completion; Create a model response (2026-11).
// Thread: pure functions.
#pragma once

#include <optional>
#include <string_view>

#include "base/arena.h"
#include "base/error.h"
#include "json/writer.h"
#include "llm/conversation/conversation.h"
#include "llm/conversation/dialect.h"
#include "llm/dialect/openai/fields.h"

namespace tidegate::llm::openai {

// Reads one of the members above into the conversation; false: it is none of them.
Result<bool> read_common_member(const FieldCursor::Item& item, Conversation& conversation,
                                Arena& arena);

// The type of response_format or text.format, an object. True: its schema is to be read too.
Result<bool> read_output_type(const Where& path, std::string_view value, OutputFormat& output,
                              Arena& arena);
// An object with the members name, description, schema and strict.
Result<void> read_json_schema(const Where& path, std::string_view value, OutputFormat& output,
                              Arena& arena);
// These members; OpenAI demands a name.
void write_json_schema(json::Writer& writer, const OutputFormat& output, const Target& target);

// An effort's word, as reasoning_effort and reasoning.effort have it.
Result<void> read_effort(const Where& path, std::string_view value, Reasoning& reasoning,
                         Arena& arena);
// The effort that OpenAI's scale has for what the caller asked; empty: nothing was asked.
std::optional<std::string_view> effort_word(const Conversation& conversation);

std::optional<CacheLife> read_cache_control(std::string_view part);
void write_cache_control(json::Writer& writer, std::optional<CacheLife> cache);

// Writes what is the same in both formats, and notes what neither has.
void write_common_members(json::Writer& writer, const Conversation& conversation,
                          const Target& target, Losses& losses);

// Members that have no meaning to other dialects, and how chat and Responses call them. Empty: this
// format has no such member.
struct SharedMember {
  std::string_view chat;
  std::string_view responses;
};
// By its name in either format; null: it is none of them.
const SharedMember* find_shared_member(std::string_view name);

// Writes a member, where there is something to say.
void write_text_member(json::Writer& writer, std::string_view name, EscapedText text);
void write_raw_member(json::Writer& writer, std::string_view name, std::string_view raw);
void write_flag_member(json::Writer& writer, std::string_view name, std::optional<bool> flag);

inline json::Writer::Bool as_bool(bool value) {
  return value ? json::Writer::Bool::kTrue : json::Writer::Bool::kFalse;
}

}  // namespace tidegate::llm::openai
