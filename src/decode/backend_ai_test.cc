// spec.ai.models of Backends: what is known of a model beside its name.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "decode/decode_harness.h"

namespace tidegate::decode {
namespace {

using ::testing::HasSubstr;
using Capability = ModelCard::Capability;

Outcome decode_model(const std::string& fields) {
  return decode_text(
      "apiVersion: tidegate.dev/v1alpha1\nkind: Backend\nmetadata: {name: b}\nspec:\n"
      "  destination: {type: Fqdn, fqdn: {hostname: api.example.com}}\n"
      "  ai: {provider: OpenAI, models: [{name: m, " +
      fields + "}]}\n");
}

ModelCard read_card(const std::string& fields) {
  const auto outcome = decode_model(fields);
  EXPECT_EQ(outcome.problems, "");
  return outcome.set.backends.at(0)->ai->models.at(0).card;
}

TEST(DecodeModels, ReadLimitsAndCapabilities) {
  const auto card = read_card(
      "contextWindow: 128000, maxOutputTokens: 16384, "
      "capabilities: [Chat, Tools, Vision, Documents, Audio, Reasoning, StructuredOutput, "
      "Embeddings, Rerank]");
  EXPECT_EQ(card.context_window, TokenCount(128'000));
  EXPECT_EQ(card.max_output_tokens, TokenCount(16'384));
  EXPECT_EQ(card.capabilities.size(), 9U);
  EXPECT_EQ(card.capabilities.front(), Capability::kChat);
  EXPECT_EQ(card.capabilities.back(), Capability::kRerank);
  EXPECT_FALSE(card.price);
}

TEST(DecodeModels, ReadPricesExactly) {
  const auto card = read_card(
      "price: {input: 0.15, cacheRead: 0.075, cacheWrite5m: 0.1875, cacheWrite1h: 0.3, output: 1, "
      "reasoning: 2, audioInput: 10, audioOutput: 20, batch: 0.5, "
      "tiers: [{above: 200000, input: 0.3, output: 2}, {above: 400000, input: 0.6, output: 4}]}");
  ASSERT_TRUE(card.price);
  const Rates expected = {.input = 150'000,
                          .cache_read = 75'000,
                          .cache_write_5m = 187'500,
                          .cache_write_1h = 300'000,
                          .output = 1'000'000,
                          .reasoning = 2'000'000,
                          .audio_input = 10'000'000,
                          .audio_output = 20'000'000};
  EXPECT_EQ(card.price->rates, expected);
  EXPECT_EQ(card.price->batch_permille, 500U);
  ASSERT_EQ(card.price->tiers.size(), 2U);
  EXPECT_EQ(card.price->tiers[1].above, TokenCount(400'000));
  EXPECT_EQ(card.price->tiers[1].rates.cache_read, 600'000U);
}

TEST(DecodeModels, RefuseWhatIsNoPriceOrLimit) {
  struct Case {
    const char* fields;
    const char* problem;
  };
  constexpr Case kCases[] = {
      {"price: {output: 1}", "spec.ai.models[0].price.input: is required"},
      {"price: {input: -1}", "must be dollars for a million tokens"},
      {"price: {input: 1e-3}", "must be dollars for a million tokens"},
      {"price: {input: 0.0000001}", "must be dollars for a million tokens"},
      {"price: {input: free}", "spec.ai.models[0].price.input: must be a number, not a string"},
      {"price: {input: 1, batch: 2}", "spec.ai.models[0].price.batch: must be 0..1"},
      {"price: {input: 1, cacheReed: 1}", "spec.ai.models[0].price.cacheReed"},
      {"price: {input: 1, tiers: [{above: 0, input: 1}]}", "price.tiers[0].above: must be 1.."},
      {"price: {input: 1, tiers: [{input: 1}]}", "price.tiers[0].above: is required"},
      {"price: {input: 1, tiers: [{above: 2, input: 1}, {above: 2, input: 1}]}",
       "price.tiers[1]: must be above the one that came before"},
      {"contextWindow: 0", "spec.ai.models[0].contextWindow: must be 1.."},
      {"maxOutputTokens: many", "spec.ai.models[0].maxOutputTokens: must be an integer"},
      {"capabilities: [Telepathy]",
       "spec.ai.models[0].capabilities[0]: must be one of Chat, Tools"},
  };
  for (const auto& test : kCases) {
    EXPECT_THAT(decode_model(test.fields).problems, HasSubstr(test.problem)) << test.fields;
  }
}

}  // namespace
}  // namespace tidegate::decode
