// Replies of Bedrock's Converse, either way.
//
//   {"output":{"message":{"role":"assistant","content":[blocks]}},                      (block.h)
//    "stopReason":"end_turn"|"tool_use"|"max_tokens"|"stop_sequence"|"guardrail_intervened"|
//      "content_filtered"|"malformed_model_output"|"malformed_tool_use"|
//      "model_context_window_exceeded",
//    "usage":{},"metrics":{"latencyMs":1},                                              (usage.h)
//    "additionalModelResponseFields":{"stop_sequence":"..."},"serviceTier":{"type":"default"}}
// Source: Bedrock API reference, Converse (2026-11).   Thread: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/arena.h"
#include "base/error.h"
#include "json/writer.h"
#include "llm/conversation/dialect.h"
#include "llm/conversation/reply.h"

namespace tidegate::llm::bedrock {

// Reads a whole reply.
// Errors: kMalformed, origin upstream: no JSON, or no message.
Result<Reply> read_converse_reply(std::string_view body, Arena& arena);

void write_converse_reply(const Reply& reply, const Caller& caller, std::string& out);

// serviceTier, where Bedrock has a word for it.
void write_service_tier(json::Writer& writer, std::string_view tier);

// Reasons that are not known count as the plain end.
FinishReason read_stop_reason(std::string_view reason);
std::string_view write_stop_reason(FinishReason reason);

}  // namespace tidegate::llm::bedrock
