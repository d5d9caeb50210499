// What binds reasoning to its provider, carried through OpenAI's formats.
//
// chat has no place for it but one that OpenRouter documents and its clients give back:
//   "reasoning_details":[{"type":"reasoning.text","text":"...","signature":"...","index":0},
//                        {"type":"reasoning.summary","summary":"..."},
//                        {"type":"reasoning.encrypted","data":"...","id":"rs_1",
//                         "format":"anthropic-claude-v1" | "openai-responses-v1"}]
// Responses has encrypted_content; what is not OpenAI's own is wrapped there as in a Gemini
// thoughtSignature (conversation/thought_signature.h), and unwrapped when it comes back.
// Source: OpenRouter, Reasoning tokens; OpenAI, Reasoning guide (2026-11).
// Thread: pure functions.
#pragma once

#include <string_view>
#include <vector>

#include "base/arena.h"
#include "json/writer.h"
#include "llm/conversation/parts.h"

namespace tidegate::llm::openai {

// The parts that an array of reasoning details says; other elements say nothing.
std::vector<ReasoningPart> read_reasoning_details(std::string_view details, Arena& arena);

// Whether the part has something that only reasoning_details can carry.
bool needs_details(const ReasoningPart& part);
// Writes the element of one part. `text`: whether the text goes along, or stands elsewhere
// (reasoning_content).
enum class DetailText : std::uint8_t { kLeftOut, kWritten };
void write_reasoning_detail(json::Writer& writer, const ReasoningPart& part, std::uint64_t index,
                            DetailText text);

// encrypted_content of a reasoning item for a caller; empty: it has none.
EscapedText encrypted_content(const ReasoningPart& part, Arena& arena);
// The same as it comes back, into the member of the part that it is.
void take_encrypted_content(EscapedText content, ReasoningPart& part, Arena& arena);

}  // namespace tidegate::llm::openai
