// Answers to requests that count tokens.
//
//   Anthropic  {"input_tokens":14}                                   (Count tokens)
//   Gemini     {"totalTokens":14}                                    (countTokens)
//   Bedrock    {"inputTokens":14}                                    (CountTokens)
//   OpenAI     {"object":"response.input_tokens","input_tokens":14}  (Responses, Input token
//   counts)
// Thread: pure functions.   Source: the providers' API references of 2026-11.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "base/token_count.h"
#include "llm/call.h"

namespace tidegate::llm {

// Errors: kMalformed, origin upstream: no JSON, or no count in it. Cohere has no such call.
Result<TokenCount> parse_token_count(Dialect dialect, std::string_view body);
std::string format_token_count(Dialect dialect, TokenCount count);

}  // namespace tidegate::llm
