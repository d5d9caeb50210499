// Requests that count the tokens of a conversation, between dialects. The answers:
// token_count_reply.h.
//
//   Anthropic  POST /v1/messages/count_tokens            a Messages request without its limits
//   Vertex AI  the same by rawPredict of the "model" count-tokens, which the body names
//   Gemini     POST .../{model}:countTokens              dialect/gemini/count_tokens.h
//   Bedrock    POST /model/{model}/count-tokens          {"input":{"converse":{...}}}
//   OpenAI     POST /v1/responses/input_tokens           a Responses request without its limits
// Source: the providers' API references of 2026-11.   Thread: immutable data, pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/arena.h"
#include "base/error.h"
#include "llm/call.h"
#include "llm/conversation/conversation.h"
#include "llm/conversation/dialect.h"
#include "llm/conversation/losses.h"
#include "llm/provider.h"

namespace tidegate::llm {

// Which wire format a provider counts in.
enum class CountFormat : std::uint8_t { kMessages, kGemini, kVertexGemini, kConverse, kResponses };
// Whose format that is.
Dialect dialect_of(CountFormat format);

struct CountPath {
  CountFormat format = CountFormat::kMessages;
  std::string_view path;  // a template behind the provider's base (fill_path)
};
// Empty: the provider counts nothing for that model.
std::optional<CountPath> find_count_path(const Provider& provider, std::string_view model);

// Reads a caller's request, whose body was validated. Errors: kMalformed, origin downstream, naming
// the member; kUnsupported for what only the caller's own provider can count (Bedrock's
// input.invokeModel, Responses that go on from one that is kept).
Result<void> read_count_request(Dialect dialect, std::string_view body, const PathFacts& path,
                                Conversation& conversation, Arena& arena);

// Appends the body for a provider. Members of the conversation that are no input (limits, sampling)
// are left out: a count has none of them.
void write_count_request(const Conversation& conversation, CountFormat format, const Target& target,
                         std::string& out, Losses& losses);

}  // namespace tidegate::llm
