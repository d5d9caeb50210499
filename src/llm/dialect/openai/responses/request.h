// Requests of the Responses API, either way.
//
//   {"model":"gpt-5","instructions":"...","input":"..." | [items],                     (items.h)
//    "tools":[...],"tool_choice":...,"parallel_tool_calls":true,                       (../tools.h)
//    "max_output_tokens":1,"temperature":1,"top_p":1,"top_logprobs":5,
//    "text":{"format":{"type":"text"|"json_object"|"json_schema","name":"...","schema":{}},
//            "verbosity":"low"},
//    "reasoning":{"effort":"low","summary":"auto"|"concise"|"detailed"},
//    "include":["reasoning.encrypted_content","message.output_text.logprobs",...],
//    "stream":true,"stream_options":{"include_obfuscation":false},"store":true,
//    "user":"...","safety_identifier":"...","metadata":{},"service_tier":"auto",
//    "prompt_cache_key":"...","truncation":"disabled","max_tool_calls":1}
// What lives at the provider cannot cross to another one: previous_response_id, conversation,
// prompt and item references are refused, since the answer would be wrong without them, and so is
// background, whose answer nobody could fetch.
// Source: OpenAI API reference, Create a model response (2026-11).   Thread: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/arena.h"
#include "base/error.h"
#include "llm/call.h"
#include "llm/conversation/conversation.h"
#include "llm/conversation/dialect.h"

namespace tidegate::llm::openai {

// Reads a caller's request, whose body was validated. `path` names the model of an Azure deployment
// where the body names none.
// Errors: kMalformed, origin downstream: a member of the wrong type, or one that cannot cross, by
// its path.
Result<void> read_responses_request(std::string_view body, const PathFacts& path,
                                    Conversation& conversation, Arena& arena);

// Appends the body for OpenAI or a server that is compatible with it. Nothing is stored at the
// provider, as in all other dialects, unless the caller asked for it; so reasoning comes back
// encrypted.
void write_responses_request(const Conversation& conversation, const Target& target,
                             std::string& out, Losses& losses);

}  // namespace tidegate::llm::openai
