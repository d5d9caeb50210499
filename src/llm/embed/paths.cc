#include "llm/embed/paths.h"

#include "json/cursor.h"
#include "llm/token_estimate.h"

namespace tidegate::llm {
namespace {

constexpr std::string_view kInvoke = "/model/{model}/invoke";

bool says(std::string_view model, std::string_view part) { return model.find(part) != model.npos; }

std::optional<EmbedPath> find_bedrock_path(std::string_view model) {
  if (says(model, "titan-embed")) return EmbedPath{EmbedFormat::kTitan, kInvoke};
  if (says(model, "cohere.embed")) return EmbedPath{EmbedFormat::kBedrockCohere, kInvoke};
  return std::nullopt;
}

}  // namespace

std::optional<EmbedPath> find_embed_path(const Provider& provider, std::string_view model) {
  if (provider.name == "Cohere") return EmbedPath{EmbedFormat::kCohere, "/v2/embed", false};
  if (provider.name == "GCPVertexAI") return std::nullopt;
  switch (provider.dialect) {
    case Dialect::kOpenAi:
      return EmbedPath{EmbedFormat::kOpenAi, "/embeddings"};
    case Dialect::kGemini:
      return EmbedPath{EmbedFormat::kGemini, "/models/{model}:batchEmbedContents"};
    case Dialect::kBedrock:
      return find_bedrock_path(model);
    case Dialect::kCohere:
      return EmbedPath{EmbedFormat::kCohere, "/v2/embed", false};
    case Dialect::kAnthropic:
      return std::nullopt;
  }
  return std::nullopt;
}

std::optional<RerankPath> find_rerank_path(const Provider& provider, std::string_view model) {
  if (provider.name == "Cohere" || provider.dialect == Dialect::kCohere) {
    return RerankPath{RerankFormat::kCohere, "/v2/rerank", false};
  }
  if (provider.dialect == Dialect::kBedrock && says(model, "cohere.rerank")) {
    return RerankPath{RerankFormat::kBedrockCohere, kInvoke};
  }
  // Servers of open models answer Cohere's path (vLLM, Rerank API); the large services do not.
  if (provider.dialect == Dialect::kOpenAi && provider.keeps_path) {
    return RerankPath{RerankFormat::kCohere, "/rerank"};
  }
  return std::nullopt;
}

TokenCount estimate_tokens(const EmbedRequest& request) {
  TokenCount sum;
  for (const auto text : request.texts) sum += estimate_tokens(text);
  for (const auto tokens : request.tokens) {
    json::ArrayCursor cursor(tokens);
    while (cursor.next()) sum += TokenCount(1);
  }
  return sum;
}

}  // namespace tidegate::llm
