// Messages of chat completions, either way.
//
//   {"role":"system"|"developer","content":"..."|[{"type":"text","text":"..."}]}
//   {"role":"user","content":"..."|[text, image_url, input_audio, file],"name":"..."} (../media.h)
//   {"role":"assistant","content":"..."|[text, refusal]|null,"refusal":"...","name":"...",
//    "reasoning_content":"..." (DeepSeek and others) | "reasoning":"..." (OpenRouter, Groq),
//    "reasoning_details":[...], (../reasoning.h)
//    "tool_calls":[{"id":"...","type":"function","function":{"name":"f","arguments":"{}"},
//                   "extra_content":{"google":{"thought_signature":"..."}}},
//                  {"id":"...","type":"custom","custom":{"name":"c","input":"..."}}]}
//   {"role":"tool","tool_call_id":"...","content":"..."|[text]}
//   {"role":"function","name":"f","content":"..."}     (deprecated, with "function_call" before it)
// Source: OpenAI API reference, Create chat completion, messages (2026-11).
// Thread: pure functions.
#pragma once

#include <string_view>

#include "base/arena.h"
#include "base/error.h"
#include "json/writer.h"
#include "llm/conversation/conversation.h"
#include "llm/conversation/dialect.h"
#include "llm/dialect/openai/fields.h"

namespace tidegate::llm::openai {

// Reads the array. Tool messages in a row become one user message of results.
Result<void> read_chat_messages(const Where& path, std::string_view value,
                                Conversation& conversation, Arena& arena);

// The parts of an assistant's message or of a reply's: reasoning, text, refusal, tool calls, in
// this order. What is not as documented is passed over (providers' replies); read_chat_messages
// checks it first.
void read_assistant_parts(std::string_view message, std::vector<Part>& parts, Arena& arena);

// One element of tool_calls; empty where it is none.
std::optional<ToolCallPart> read_tool_call(std::string_view call, Arena& arena);

// Writes the array, instructions in their places.
void write_chat_messages(json::Writer& writer, const Conversation& conversation,
                         const Target& target, Losses& losses, Arena& arena);

}  // namespace tidegate::llm::openai
