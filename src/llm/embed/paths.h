// Where each provider takes embeddings and reranking, and in which format.
//
// One call crosses in four steps: read_<dialect>_embed_request (request.h), find_embed_path,
// write_embed_request; then read_embed_reply and write_embed_reply (reply.h) with what was read
// first. Reranking the same way (rerank.h).   Thread: immutable data, pure functions.
// Source: the providers' API references of 2026-11.
#pragma once

#include <optional>
#include <string_view>

#include "base/token_count.h"
#include "llm/embed/request.h"
#include "llm/embed/rerank.h"
#include "llm/provider.h"

namespace tidegate::llm {

struct EmbedPath {
  EmbedFormat format = EmbedFormat::kOpenAi;
  std::string_view path;    // a template (fill_path)
  bool behind_base = true;  // of the provider; false: it is the whole path
};

// Empty: the provider embeds nothing with that model, or in no format that is known here (Vertex
// AI's predict).
std::optional<EmbedPath> find_embed_path(const Provider& provider, std::string_view model);

struct RerankPath {
  RerankFormat format = RerankFormat::kCohere;
  std::string_view path;
  bool behind_base = true;
};
std::optional<RerankPath> find_rerank_path(const Provider& provider, std::string_view model);

// About how many tokens the input is, for providers that tell none. A token array is as many as it
// has numbers.
TokenCount estimate_tokens(const EmbedRequest& request);

}  // namespace tidegate::llm
