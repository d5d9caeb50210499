#include "llm/price/price_table.h"

#include <gtest/gtest.h>

#include "llm/provider.h"

namespace tidegate::llm {
namespace {

PriceTable parse(std::string_view json) {
  auto table = PriceTable::parse(json);
  EXPECT_TRUE(table) << table.error().detail;
  return table ? *std::move(table) : PriceTable();
}

TEST(PriceTable, DollarsAreReadExactly) {
  const auto table =
      parse(R"({"models":[{"providers":["P"],"model":"m","as_of":"2026-11-01","input":0.0375,)"
            R"("cache_read":0.000001,"output":22.50,"audio_output":80,"batch":0.5,)"
            R"("tiers":[{"above":200000,"input":4,"output":18}]}]})");
  const auto* const price = table.find("P", "m");
  ASSERT_NE(price, nullptr);
  EXPECT_EQ(price->rates, (Rates{.input = 37'500,
                                 .cache_read = 1,
                                 .cache_write_5m = 37'500,
                                 .cache_write_1h = 37'500,
                                 .output = 22'500'000,
                                 .reasoning = 22'500'000,
                                 .audio_input = 37'500,
                                 .audio_output = 80'000'000}));
  EXPECT_EQ(price->batch_permille, 500U);
  ASSERT_EQ(price->tiers.size(), 1U);
  EXPECT_EQ(price->tiers[0].rates.cache_read, 4'000'000U);
}

TEST(PriceTable, TheLongestNameCounts) {
  const auto table = parse(R"({"models":[{"providers":["P"],"model":"gpt-4o","input":1},)"
                           R"({"providers":["P"],"model":"gpt-4o-mini","input":2},)"
                           R"({"providers":["P"],"model":"gpt-4o-2024-05-13","input":3},)"
                           R"({"providers":["P"],"model":"claude-opus-4","input":4},)"
                           R"({"providers":["P"],"model":"anthropic.claude-opus-4","input":5}]})");
  const auto input = [&](std::string_view model) -> std::uint64_t {
    const auto* const price = table.find("P", model);
    return price == nullptr ? 0 : price->rates.input / 1'000'000;
  };
  EXPECT_EQ(input("gpt-4o"), 1U);
  EXPECT_EQ(input("gpt-4o-2024-08-06"), 1U);
  EXPECT_EQ(input("gpt-4o-2024-05-13"), 3U);
  EXPECT_EQ(input("gpt-4o-search-preview"), 1U);
  EXPECT_EQ(input("gpt-4o-mini-2024-07-18"), 2U);
  EXPECT_EQ(input("claude-opus-4@20250514"), 4U);
  EXPECT_EQ(input("us.anthropic.claude-opus-4-20250514-v1:0"), 5U);
  EXPECT_EQ(input("publishers/anthropic/models/claude-opus-4"), 4U);
  // Another model, or a newer one.
  for (const auto* model : {"gpt-4", "gpt-4omega", "gpt-4o.1", "claude-opus-4-1",
                            "claude-opus-4-7-x", "", "zzz", "a"}) {
    EXPECT_EQ(input(model), 0U) << model;
  }
  EXPECT_EQ(table.find("Q", "gpt-4o"), nullptr);
}

struct BadCase {
  std::string_view json;
  std::string_view detail;
};

TEST(PriceTable, MistakesAreToldWithTheirPlace) {
  constexpr BadCase kCases[] = {
      {"[]", "models must be an array"},
      {R"({"models":[1]})", "models[0] must be an object"},
      {R"({"models":[{"providers":["P"],"input":1}]})", "models[0].model is missing or no string"},
      {R"({"models":[{"providers":["P"],"model":"m"}]})", "models[0].input is missing"},
      {R"({"models":[{"providers":["P"],"model":"m","input":"1"}]})",
       "models[0].input must be a price in dollars"},
      {R"({"models":[{"providers":["P"],"model":"m","input":1,"output":-1}]})",
       "models[0].output must be a price in dollars"},
      {R"({"models":[{"providers":["P"],"model":"m","input":0.0000001}]})",
       "models[0].input must be a price in dollars"},
      {R"({"models":[{"providers":["P"],"model":"m","input":1,"outptu":1}]})",
       "models[0].outptu is not known"},
      {R"({"models":[{"providers":["P"],"model":"m","input":1,"copy":"yes"}]})",
       "models[0].copy must be true, or absent"},
      {R"({"models":[{"model":"m","input":1}]})", "models[0].providers must name at least one"},
      {R"({"models":[{"providers":["P","P"],"model":"m","input":1}]})",
       R"(models[0].model: "m" stands twice)"},
      {R"({"models":[{"providers":["P"],"model":"m","input":1,"batch":2}]})",
       "models[0].batch must be a factor from 0 to 1, exact to a thousandth"},
      {R"({"models":[{"providers":["P"],"model":"m","input":1,"tiers":[{"input":1}]}]})",
       "models[0].tiers[0].above must be a number of tokens"},
      {R"({"models":[{"providers":["P"],"model":"m","input":1,"tiers":[{"above":2,"input":1},)"
       R"({"above":1,"input":1}]}]})",
       "models[0].tiers[1].above must be more than in the tier before"},
  };
  for (const auto& test : kCases) {
    const auto table = PriceTable::parse(test.json);
    ASSERT_FALSE(table) << test.json;
    EXPECT_EQ(table.error().code, ErrorCode::kInvalidConfig);
    EXPECT_EQ(table.error().detail, test.detail);
  }
}

TEST(PriceTable, WhatIsBuiltInIsGood) {
  const auto table = parse(builtin_prices());
  EXPECT_GT(table.size(), 60U);
  for (const auto& [provider, model] :
       {std::pair{"OpenAI", "gpt-4.1-mini-2025-04-14"}, std::pair{"AzureOpenAI", "gpt-5"},
        std::pair{"Anthropic", "claude-sonnet-4-5-20250929"},
        std::pair{"GCPVertexAI", "claude-haiku-4-5@20251001"},
        std::pair{"AWSBedrock", "us.anthropic.claude-sonnet-4-5-20250929-v1:0"},
        std::pair{"AWSBedrock", "eu.amazon.nova-lite-v1:0"},
        std::pair{"GeminiAIStudio", "models/gemini-2.5-flash"},
        std::pair{"Mistral", "magistral-medium-latest"}, std::pair{"Cohere", "embed-v4.0"},
        std::pair{"Anthropic", "claude-sonnet-5"}}) {
    const auto* const price = table.find(provider, model);
    ASSERT_NE(price, nullptr) << model;
    EXPECT_EQ(find_provider(provider, std::nullopt, false).name, provider);
    EXPECT_LE(price->rates.cache_read, price->rates.input) << model;
  }
  // $3 for a million tokens of input, $15 of output; above 200,000 tokens twice and half more.
  Usage usage;
  usage.input_uncached = TokenCount(1000);
  usage.output = TokenCount(100);
  const auto* const sonnet = table.find("Anthropic", "claude-sonnet-4-5");
  EXPECT_EQ(cost(*sonnet, usage), MicroUsd(4500));
  usage.input_uncached = TokenCount(200'001);
  EXPECT_EQ(cost(*sonnet, usage), MicroUsd(1'200'006 + 2250));
}

}  // namespace
}  // namespace tidegate::llm
