// Probabilities of tokens, in OpenAI's shape between the dialects.
//
//   OpenAI  {"content":[{"token":"a","logprob":-0.1,"bytes":[97],"top_logprobs":[{...}]}]}
//   Gemini  {"chosenCandidates":[{"token":"a","tokenId":1,"logProbability":-0.1}],
//            "topCandidates":[{"candidates":[{...}]}]}
// Source: Chat completion object, logprobs; generateContent reference, LogprobsResult (2026-11).
// Thread: pure functions.
#pragma once

#include <string_view>

#include "base/arena.h"
#include "json/writer.h"

namespace tidegate::llm::gemini {

// OpenAI's object from a logprobsResult; empty where that holds no token.
std::string_view read_logprobs(std::string_view result, Arena& arena);

// Gemini's object from OpenAI's.
void write_logprobs(json::Writer& writer, std::string_view logprobs);

}  // namespace tidegate::llm::gemini
