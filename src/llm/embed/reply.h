// Embeddings as the providers answer with them.
//
//   OpenAI   {"object":"list","data":[{"object":"embedding","index":0,"embedding":[...]|"base64"}],
//             "model":"m","usage":{"prompt_tokens":5,"total_tokens":5}}
//   Cohere   {"id":"...","embeddings":{"float":[[...]]},"texts":["..."],
//             "meta":{"api_version":{"version":"2"},"billed_units":{"input_tokens":5}}}
//   Gemini   {"embeddings":[{"values":[...]}]}   or   {"embedding":{"values":[...]}}
//   Bedrock  Titan: {"embedding":[...],"inputTextTokenCount":5}
//            Cohere: {"embeddings":[[...]] or {"float":[[...]]},"id":"...","texts":["..."]}
// Source: the providers' API references of 2026-11.   Thread: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/error.h"
#include "base/token_count.h"
#include "llm/call.h"
#include "llm/embed/embedding.h"
#include "llm/embed/request.h"

namespace tidegate::llm {

struct EmbedReply {
  std::string_view id;
  std::vector<Embedding> embeddings;  // in the order of the inputs
  std::optional<TokenCount> input;    // empty: the provider told none
};

// Errors: kMalformed, origin upstream: no JSON, or no embeddings in it.
Result<EmbedReply> read_embed_reply(EmbedFormat format, std::string_view body, Arena& arena);

// What the caller's answer is shaped by.
struct EmbedCaller {
  Dialect dialect = Dialect::kOpenAi;  // OpenAI's, Cohere's or Gemini's
  std::string_view model;              // as the caller named it
  std::string_view fallback_id;
  TokenCount estimate;  // of the input, where the provider told none
};

// Appends the answer. Errors: as of encode() (embedding.h).
Result<void> write_embed_reply(const EmbedReply& reply, const EmbedRequest& request,
                               const EmbedCaller& caller, std::string& out);

}  // namespace tidegate::llm
