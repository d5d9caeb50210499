#include "embed/lexical.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

namespace tidegate::embed {
namespace {

std::vector<float> embed(std::string_view text) {
  const LexicalEmbedder embedder;
  std::vector<float> out(embedder.dimension());
  embed_one(embedder, text, out);
  return out;
}

float similarity(std::string_view a, std::string_view b) { return dot(embed(a), embed(b)); }

TEST(LexicalEmbedder, GivesVectorsOfLengthOne) {
  const auto vector = embed("How do I reset my password?");
  EXPECT_NEAR(dot(vector, vector), 1.0F, 1e-5F);
}

TEST(LexicalEmbedder, GivesZerosForATextWithoutWords) {
  for (const char* text : {"", "   ", "?!...", "\xFF\xFE"}) {
    EXPECT_EQ(embed(text), std::vector<float>(LexicalEmbedder::kDimension)) << text;
  }
}

TEST(LexicalEmbedder, DoesNotSeeCaseAccentsAndPunctuation) {
  EXPECT_FLOAT_EQ(similarity("How do I reset my password?", "how do i RESET my pässword"), 1.0F);
}

TEST(LexicalEmbedder, IsNearForSharedWordsAndStemsAndFarOtherwise) {
  const char* text = "How do I reset my password?";
  EXPECT_GT(similarity(text, "how can I reset the password"), 0.6F);
  EXPECT_GT(similarity(text, "how do i resett my pasword"), 0.3F);
  EXPECT_GT(similarity("international payments", "paying internationally"), 0.4F);
  EXPECT_LT(similarity(text, "Write a poem about the sea"), 0.2F);
}

TEST(LexicalEmbedder, SeesTheOrderOfWords) {
  EXPECT_LT(similarity("sell euros and buy dollars", "sell dollars and buy euros"), 0.99F);
}

TEST(LexicalEmbedder, EmbedsManyTextsAsOneByOne) {
  const LexicalEmbedder embedder;
  const std::array<std::string_view, 3> texts = {"one text", "", "and another one"};
  std::vector<float> out(texts.size() * embedder.dimension());
  embedder.embed(texts, out);
  for (std::size_t at = 0; at < texts.size(); ++at) {
    const auto* begin = out.data() + at * embedder.dimension();
    EXPECT_EQ(embed(texts[at]), std::vector<float>(begin, begin + embedder.dimension()));
  }
}

// Stored vectors outlive a release: other numbers need another id().
TEST(LexicalEmbedder, StaysAsItIsUnderItsId) {
  const LexicalEmbedder embedder;
  ASSERT_EQ(embedder.id(), "lexical-1-512");
  const auto vector = embed("Where is my card?");
  double sum = 0;
  for (std::size_t at = 0; at < vector.size(); ++at) {
    sum += static_cast<double>(vector[at]) * static_cast<double>(at);
  }
  EXPECT_NEAR(sum, -317.67896, 1e-3);
}

}  // namespace
}  // namespace tidegate::embed
