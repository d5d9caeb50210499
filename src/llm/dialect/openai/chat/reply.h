// Replies of chat completions, either way.
//
//   {"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"gpt-5","service_tier":"default",
//    "choices":[{"index":0,"finish_reason":"stop","logprobs":null,
//                "message":{"role":"assistant","content":"Hi","refusal":null,   (messages.h)
//                           "annotations":[],"tool_calls":[...]}}],
//    "usage":{...}}                                                             (../usage.h)
// Of several choices the first is read: one answer crosses between dialects.
// Source: OpenAI API reference, The chat completion object (2026-11).   Thread: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/arena.h"
#include "base/error.h"
#include "llm/conversation/dialect.h"
#include "llm/conversation/reply.h"

namespace tidegate::llm::openai {

// Reads and checks a whole reply.
// Errors: kMalformed, origin upstream: no JSON, no choices, or an error object, whose message is
// the detail.
Result<Reply> read_chat_reply(std::string_view body, Arena& arena);

void write_chat_reply(const Reply& reply, const Caller& caller, std::string& out);

// ---- finish_reason

// Unknown words, and none, count as "stop".
enum class Calls : std::uint8_t { kNone, kSome };
FinishReason read_chat_finish(std::string_view word, Calls calls);
// `refused`: the refusal stands in OpenAI's own member for it, for which the reason is "stop".
enum class Refusal : std::uint8_t { kNone, kSaid };
std::string_view chat_finish_word(FinishReason reason, Refusal refusal);

// The id of a reply for a caller: the provider's, or one made from the exchange's.
std::string chat_id(std::string_view reply_id, const Caller& caller);

}  // namespace tidegate::llm::openai
