// Requests of Anthropic's Messages API, either way; also as Bedrock's InvokeModel and Vertex AI's
// rawPredict take them for Claude, where the path names the model.
//
//   {"model":"claude-...","max_tokens":1024,"system":"..." or [text blocks],
//    "messages":[{"role":"user"|"assistant","content":"..." or [blocks]}],              (block.h)
//    "tools":[{"name":"f","description":"...","input_schema":{},"strict":true,"cache_control":{}},
//             {"type":"web_search_20250305","name":"web_search",...}],
//    "tool_choice":{"type":"auto"|"any"|"tool"|"none","name":"f","disable_parallel_tool_use":true},
//    "thinking":{},"output_config":{"effort":"high","format":{}},                      (claude.h)
//    "temperature":1,"top_p":1,"top_k":40,"stop_sequences":["..."],"stream":true,
//    "metadata":{"user_id":"..."},"service_tier":"auto"|"standard_only"}
//   Bedrock and Vertex AI: "anthropic_version":"bedrock-2023-05-31" | "vertex-2023-10-16", and
//   Bedrock "anthropic_beta":["..."]; no model, and on Bedrock no stream.
// Source: Anthropic API reference, Create a Message; AWS, Anthropic Claude Messages API; Google,
// Request predictions with Claude models (2026-11).   Thread: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/arena.h"
#include "base/error.h"
#include "llm/call.h"
#include "llm/conversation/conversation.h"
#include "llm/conversation/dialect.h"

namespace tidegate::llm::anthropic {

// Reads a caller's request, whose body was validated. Model and stream come from the path where it
// says them.
// Errors: kMalformed, origin downstream: a member of the wrong type or a missing one, by its path.
Result<void> read_messages_request(std::string_view body, const PathFacts& path,
                                   Conversation& conversation, Arena& arena);

// Appends the body for the provider, arranged as it demands (conversation/turns.h).
void write_messages_request(const Conversation& conversation, const Target& target,
                            std::string& out, Losses& losses);

}  // namespace tidegate::llm::anthropic
