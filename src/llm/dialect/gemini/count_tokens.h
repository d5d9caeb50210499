// Requests of countTokens, either way. The reply: llm/token_count_reply.h.
//
//   {"contents":[...]}   or   {"generateContentRequest":{"model":"models/m","contents":[...],
//                              "systemInstruction":{...},"tools":[...]}}
// Only the second form counts instructions and tools, so that is what is written; Vertex AI has no
// such wrapper and takes the members themselves.   Source: Gemini API reference, countTokens;
// Vertex AI reference, countTokens (2026-11).   Thread: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "llm/dialect/gemini/request.h"

namespace tidegate::llm::gemini {

// Reads a caller's request, whose body was validated. Errors: as of
// read_generate_content_request().
Result<void> read_count_tokens_request(std::string_view body, const PathFacts& path,
                                       Conversation& conversation, Arena& arena);

enum class CountForm : std::uint8_t { kGeminiApi, kVertexAi };
void write_count_tokens_request(const Conversation& conversation, const Target& target,
                                CountForm form, std::string& out, Losses& losses);

}  // namespace tidegate::llm::gemini
