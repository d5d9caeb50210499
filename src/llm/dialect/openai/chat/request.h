// Requests of chat completions, either way.
//
//   {"model":"gpt-5","messages":[                                             (messages.h)
//      {"role":"system"|"developer"|"user"|"assistant"|"tool","content":...}],
//    "tools":[...],"tool_choice":...,"parallel_tool_calls":true,              (../tools.h)
//    "max_completion_tokens":1 (or max_tokens),"temperature":1,"top_p":1,"n":1,"stop":"..."|[...],
//    "presence_penalty":0,"frequency_penalty":0,"seed":1,"logprobs":true,"top_logprobs":5,
//    "response_format":{"type":"text"|"json_object"|"json_schema","json_schema":{...}},
//    "reasoning_effort":"low","stream":true,"stream_options":{"include_usage":true},
//    "user":"...","metadata":{},"service_tier":"auto","prompt_cache_key":"..."}
// Read beyond OpenAI's own: top_k (vLLM and others), reasoning (OpenRouter), thinking (DeepSeek,
// GLM, Kimi), cache_control in parts (OpenRouter), the deprecated functions and function_call.
// Source: OpenAI API reference, Create chat completion (2026-11).   Thread: pure functions.
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
// Errors: kMalformed, origin downstream: a member of the wrong type, or a message that makes no
// sense, by its path.
Result<void> read_chat_request(std::string_view body, const PathFacts& path,
                               Conversation& conversation, Arena& arena);

// Appends the body for an OpenAI-compatible provider. A signature that is bound to another provider
// means nothing to this one and is not sent; the text of reasoning is a loss where the target has
// no member for it.
void write_chat_request(const Conversation& conversation, const Target& target, std::string& out,
                        Losses& losses);

}  // namespace tidegate::llm::openai
