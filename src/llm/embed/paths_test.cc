#include "llm/embed/paths.h"

#include <gtest/gtest.h>

namespace tidegate::llm {
namespace {

const Provider& provider(std::string_view name) { return find_provider(name, std::nullopt, false); }

TEST(EmbedPaths, EachProviderHasItsOwn) {
  EXPECT_EQ(find_embed_path(provider("OpenAI"), "m")->path, "/embeddings");
  EXPECT_EQ(find_embed_path(provider("Mistral"), "m")->format, EmbedFormat::kOpenAi);
  const auto cohere = find_embed_path(provider("Cohere"), "embed-v4.0");
  EXPECT_EQ(cohere->format, EmbedFormat::kCohere);
  EXPECT_FALSE(cohere->behind_base);
  Arena arena;
  const auto gemini = find_embed_path(provider("GeminiAIStudio"), "gemini-embedding-001");
  EXPECT_EQ(fill_path(gemini->path, {.model = "gemini-embedding-001"}, arena),
            "/models/gemini-embedding-001:batchEmbedContents");
  const auto& bedrock = provider("AWSBedrock");
  EXPECT_EQ(find_embed_path(bedrock, "amazon.titan-embed-text-v2:0")->format, EmbedFormat::kTitan);
  EXPECT_EQ(find_embed_path(bedrock, "us.cohere.embed-v4:0")->format, EmbedFormat::kBedrockCohere);
  EXPECT_FALSE(find_embed_path(bedrock, "amazon.nova-lite-v1:0"));
  EXPECT_FALSE(find_embed_path(provider("Anthropic"), "claude-opus-5"));
  EXPECT_FALSE(find_embed_path(provider("GCPVertexAI"), "gemini-embedding-001"));
}

TEST(EmbedPaths, RerankingTheSame) {
  EXPECT_EQ(find_rerank_path(provider("Cohere"), "rerank-v3.5")->path, "/v2/rerank");
  EXPECT_EQ(find_rerank_path(provider("vLLM"), "bge")->path, "/rerank");
  EXPECT_EQ(find_rerank_path(provider("AWSBedrock"), "cohere.rerank-v3-5:0")->format,
            RerankFormat::kBedrockCohere);
  EXPECT_FALSE(find_rerank_path(provider("OpenAI"), "gpt-5"));
  EXPECT_FALSE(find_rerank_path(provider("AWSBedrock"), "amazon.nova-lite-v1:0"));
}

TEST(EmbedPaths, InputIsEstimated) {
  EmbedRequest request;
  request.tokens = {"[1,2,3]", "[4]"};
  EXPECT_EQ(estimate_tokens(request), TokenCount(4));
  request.texts = {{"plain words"}};
  EXPECT_EQ(estimate_tokens(request), TokenCount(6));
}

}  // namespace
}  // namespace tidegate::llm
