// Reranking, between dialects: which documents answer a query best.
//
//   Cohere   {"model":"m","query":"q","documents":["a","b"] (v1: or {"text":"a"}),"top_n":2,
//             "max_tokens_per_doc":4096, v1: "return_documents":true}
//            {"id":"...","results":[{"index":1,"relevance_score":0.98}],
//             "meta":{"api_version":{"version":"2"},"billed_units":{"search_units":1}}}
//   Bedrock  InvokeModel: {"query":"q","documents":["a","b"],"top_n":2,"api_version":2}
//            {"results":[{"index":1,"relevance_score":0.98}]}
// vLLM, Jina and others answer Cohere's path in its shape.   Source: Cohere API reference, Rerank;
// Amazon Bedrock, Cohere Rerank 3.5 (2026-11).   Thread: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/error.h"
#include "json/escaped_text.h"
#include "llm/conversation/conversation.h"
#include "llm/conversation/losses.h"

namespace tidegate::llm {

struct RerankRequest {
  std::string_view model;
  EscapedText query;
  std::vector<EscapedText> documents;
  std::optional<std::uint64_t> top_n;
  std::optional<std::uint64_t> max_tokens_per_document;
  bool return_documents = false;
  std::vector<UnknownMember> unknown;
};

enum class RerankFormat : std::uint8_t { kCohere, kBedrockCohere };

// Errors: kMalformed, origin downstream, naming the member. The body was validated.
Result<RerankRequest> read_rerank_request(std::string_view body, Arena& arena);

void write_rerank_request(const RerankRequest& request, RerankFormat format, std::string_view model,
                          std::string& out, Losses& losses);

struct RerankReply {
  struct Hit {
    std::uint64_t index = 0;  // of the document in the request
    std::string_view score;   // raw number
  };
  std::string_view id;
  std::vector<Hit> hits;                      // best first, as the provider ordered them
  std::optional<std::uint64_t> search_units;  // billed
};

// Either format. Errors: kMalformed, origin upstream: no JSON, no results in it, or one whose index
// is none of `documents`.
Result<RerankReply> read_rerank_reply(std::string_view body, std::size_t documents, Arena& arena);

// Appends Cohere's answer. A request costs one search unit for each hundred documents, where the
// provider told none.
void write_rerank_reply(const RerankReply& reply, const RerankRequest& request,
                        std::string_view fallback_id, std::string& out);

}  // namespace tidegate::llm
