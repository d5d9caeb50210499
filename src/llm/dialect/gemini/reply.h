// Replies of generateContent, either way.
//
//   {"candidates":[{"content":{"role":"model","parts":[...]},"finishReason":"STOP","index":0,
//        "groundingMetadata":{...},"logprobsResult":{...}}],                  (part.h, finish.h)
//    "promptFeedback":{"blockReason":"SAFETY"},
//    "usageMetadata":{...},"modelVersion":"...","responseId":"..."}           (usage.h)
// A blocked prompt has no candidates; a candidate that ended early may have no content.
// Source: Gemini API reference, GenerateContentResponse (2026-11).   Thread: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/arena.h"
#include "base/error.h"
#include "llm/conversation/dialect.h"
#include "llm/conversation/reply.h"

namespace tidegate::llm::gemini {

// Reads a whole reply. `exchange`: unique for the exchange; ids of tool calls are made from it.
// Errors: kMalformed, origin upstream: no JSON object, or one that is no reply.
Result<Reply> read_generate_content_reply(std::string_view body, std::string_view exchange,
                                          Arena& arena);

void write_generate_content_reply(const Reply& reply, const Caller& caller, std::string& out);

}  // namespace tidegate::llm::gemini
