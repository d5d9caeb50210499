// Replies of Anthropic's Messages API, either way; the same for Claude behind InvokeModel and
// rawPredict.
//
//   {"id":"msg_...","type":"message","role":"assistant","model":"claude-...",
//    "content":[blocks],                                                                (block.h)
//    "stop_reason":"end_turn"|"stop_sequence"|"max_tokens"|"tool_use"|"pause_turn"|"refusal"|
//                  "model_context_window_exceeded","stop_sequence":null,"usage":{}}     (usage.h)
// Source: Anthropic API reference, Create a Message; Handling stop reasons (2026-11).
// Thread: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/arena.h"
#include "base/error.h"
#include "llm/conversation/dialect.h"
#include "llm/conversation/reply.h"

namespace tidegate::llm::anthropic {

// Reads a whole reply.
// Errors: kMalformed, origin upstream: no JSON, or no message; an error that came with status 200
// says what the provider said.
Result<Reply> read_messages_reply(std::string_view body, Arena& arena);

void write_messages_reply(const Reply& reply, const Caller& caller, std::string& out);

// Reasons that are not known count as the plain end.
FinishReason read_stop_reason(std::string_view reason);
std::string_view write_stop_reason(FinishReason reason);

}  // namespace tidegate::llm::anthropic
