#include "llm/price/price.h"

#include <gtest/gtest.h>

#include <limits>

#include "base/random.h"

namespace tidegate::llm {
namespace {

Rates plain(std::uint64_t input, std::uint64_t output) {
  return {.input = input,
          .cache_read = input / 10,
          .cache_write_5m = input * 5 / 4,
          .cache_write_1h = input * 2,
          .output = output,
          .reasoning = output,
          .audio_input = input,
          .audio_output = output};
}

Usage usage_of(std::uint64_t input, std::uint64_t output) {
  Usage usage;
  usage.input_uncached = TokenCount(input);
  usage.output = TokenCount(output);
  return usage;
}

TEST(Price, AMillionTokensCostTheRate) {
  const Price price{.rates = plain(3'000'000, 15'000'000), .tiers = {}};
  EXPECT_EQ(cost(price, usage_of(1'000'000, 0)), MicroUsd(3'000'000));
  EXPECT_EQ(cost(price, usage_of(1000, 100)), MicroUsd(3000 + 1500));
  EXPECT_EQ(cost(price, Usage{}), MicroUsd(0));
}

TEST(Price, EveryBucketHasItsRate) {
  Price price{.rates = plain(3'000'000, 15'000'000), .tiers = {}};
  price.rates.reasoning = 30'000'000;
  price.rates.audio_input = 100'000'000;
  price.rates.audio_output = 200'000'000;
  Usage usage = usage_of(1000, 1000);
  usage.cache_read = TokenCount(1000);
  usage.cache_write_5m = TokenCount(1000);
  usage.cache_write_1h = TokenCount(1000);
  usage.reasoning = TokenCount(300);
  usage.audio_input = TokenCount(100);
  usage.audio_output = TokenCount(200);
  EXPECT_EQ(cost(price, usage).value(),
            900 * 3 + 300 + 3750 + 6000 + 100 * 100 + 500 * 15 + 300 * 30 + 200 * 200);
}

TEST(Price, RoundsOnceAndHalfUp) {
  const Price price{.rates = plain(500'000, 0), .tiers = {}};
  EXPECT_EQ(cost(price, usage_of(1, 0)), MicroUsd(1));  // half a micro-dollar
  EXPECT_EQ(cost(price, usage_of(3, 0)), MicroUsd(2));
  const Price fine{.rates = plain(37'500, 0), .tiers = {}};
  EXPECT_EQ(cost(fine, usage_of(13, 0)), MicroUsd(0));
  EXPECT_EQ(cost(fine, usage_of(14, 0)), MicroUsd(1));
}

TEST(Price, ATierHoldsForTheWholeRequestAboveIt) {
  Price price{.rates = plain(1'000'000, 1'000'000), .tiers = {}};
  price.tiers.push_back({.above = TokenCount(200'000), .rates = plain(2'000'000, 3'000'000)});
  price.tiers.push_back({.above = TokenCount(400'000), .rates = plain(4'000'000, 5'000'000)});
  EXPECT_EQ(cost(price, usage_of(200'000, 10)), MicroUsd(200'010));
  EXPECT_EQ(cost(price, usage_of(200'001, 10)), MicroUsd(400'032));
  EXPECT_EQ(cost(price, usage_of(400'001, 0)), MicroUsd(1'600'004));
}

TEST(Price, ABatchHasItsFactor) {
  const Price price{.rates = plain(1'000'000, 0), .tiers = {}, .batch_permille = 500};
  EXPECT_EQ(cost(price, usage_of(1001, 0), Batch::kYes), MicroUsd(501));
  EXPECT_EQ(cost(price, usage_of(1001, 0)), MicroUsd(1001));
}

TEST(Price, NonsenseSaturates) {
  constexpr auto kMost = std::numeric_limits<std::uint64_t>::max();
  const Price price{.rates = plain(999'999'000'000, 999'999'000'000), .tiers = {}};
  Usage usage = usage_of(kMost, kMost);
  usage.cache_read = usage.cache_write_5m = usage.cache_write_1h = TokenCount(kMost);
  usage.reasoning = usage.audio_input = usage.audio_output = TokenCount(kMost);
  EXPECT_EQ(cost(price, usage), MicroUsd(kMost));
}

TEST(Price, PartsNeverCostMoreThanTheirWhole) {
  const Price price{.rates = plain(1'000'000, 1'000'000), .tiers = {}};
  Usage usage = usage_of(10, 10);
  usage.reasoning = TokenCount(1000);
  usage.audio_input = TokenCount(1000);
  usage.audio_output = TokenCount(1000);
  EXPECT_EQ(cost(price, usage), MicroUsd(20));
}

// Against the formula over the rationals: |cost - sum / 10^9| <= 1/2, with numbers that a double
// could not hold.
TEST(Price, IsTheNearestWholeNumberToTheExactSum) {
  __extension__ using Wide = unsigned __int128;
  Random random(7);
  for (int i = 0; i < 20'000; ++i) {
    Price price;
    for (auto* const rate :
         {&price.rates.input, &price.rates.cache_read, &price.rates.cache_write_5m,
          &price.rates.cache_write_1h, &price.rates.output, &price.rates.reasoning}) {
      *rate = random.below(200'000'000);
    }
    price.batch_permille = static_cast<std::uint32_t>(random.below(1001));
    Usage usage = usage_of(random.below(3'000'000), random.below(200'000));
    usage.cache_read = TokenCount(random.below(1'000'000));
    usage.cache_write_5m = TokenCount(random.below(100'000));
    usage.cache_write_1h = TokenCount(random.below(100'000));
    usage.reasoning = TokenCount(random.below(usage.output.value() + 1));
    const auto batch = random.below(2) == 0 ? Batch::kNo : Batch::kYes;

    const auto part = [](TokenCount tokens, std::uint64_t rate) {
      return Wide{tokens.value()} * rate;
    };
    Wide exact = part(usage.input_uncached, price.rates.input) +
                 part(usage.cache_read, price.rates.cache_read) +
                 part(usage.cache_write_5m, price.rates.cache_write_5m) +
                 part(usage.cache_write_1h, price.rates.cache_write_1h) +
                 part(usage.output, price.rates.output);
    exact -= part(usage.reasoning, price.rates.output);
    exact += part(usage.reasoning, price.rates.reasoning);
    exact *= batch == Batch::kYes ? price.batch_permille : 1000U;
    const Wide got = Wide{cost(price, usage, batch).value()} * 1'000'000'000;
    const Wide distance = got > exact ? got - exact : exact - got;
    ASSERT_LE(static_cast<std::uint64_t>(distance), 500'000'000U) << "case " << i;
  }
}

}  // namespace
}  // namespace tidegate::llm
