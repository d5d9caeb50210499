// Probabilities of tokens, as they stand between dialects: OpenAI's object
//   {"content":[{"token":"a","logprob":-0.1,"bytes":[97],"top_logprobs":[{...}]}],"refusal":null}
// or only its array of tokens.   Thread: pure functions.
// Source: OpenAI, Chat completion object, logprobs (2026-11).
#pragma once

#include <string>
#include <string_view>

namespace tidegate::llm {

// The array of an object of probabilities; empty where it has no token.
std::string_view tokens_of(std::string_view logprobs);
// Puts an array of tokens behind those of `all`, which is an array or empty. On one line, as the
// data of an event must be.
void append_tokens(std::string& all, std::string_view tokens);

}  // namespace tidegate::llm
