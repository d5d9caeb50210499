#include "base/price.h"

#include <gtest/gtest.h>

namespace tidegate {
namespace {

TEST(PriceRates, DollarsAreReadAsText) {
  EXPECT_EQ(parse_rate("0.075"), 75'000U);
  EXPECT_EQ(parse_rate("3"), 3'000'000U);
  EXPECT_EQ(parse_rate("0"), 0U);
  EXPECT_EQ(parse_rate("12.50000000"), 12'500'000U);
  EXPECT_EQ(parse_rate("999999.999999"), 999'999'999'999U);
  for (const auto* const wrong :
       {"", "-1", "1e3", "0x10", "1000000", "0.0000001", "1.2.3", ".5", "x"}) {
    EXPECT_EQ(parse_rate(wrong), std::nullopt) << wrong;
  }
}

TEST(PriceRates, AFactorIsAtMostOneAndExactToAThousandth) {
  EXPECT_EQ(parse_permille("0.5"), 500U);
  EXPECT_EQ(parse_permille("1"), 1000U);
  EXPECT_EQ(parse_permille("0.125"), 125U);
  for (const auto* const wrong : {"1.001", "2", "0.0005", "half"}) {
    EXPECT_EQ(parse_permille(wrong), std::nullopt) << wrong;
  }
}

TEST(PriceRates, WhatIsNotStatedCostsWhatItsBucketCosts) {
  StatedRates stated;
  stated.input = 3;
  stated.output = 15;
  const Rates rates = complete_rates(stated);
  EXPECT_EQ(rates.cache_read, 3U);
  EXPECT_EQ(rates.cache_write_5m, 3U);
  EXPECT_EQ(rates.cache_write_1h, 3U);
  EXPECT_EQ(rates.audio_input, 3U);
  EXPECT_EQ(rates.reasoning, 15U);
  EXPECT_EQ(rates.audio_output, 15U);
}

TEST(PriceRates, AnHourOfCacheCostsAtLeastWhatIsStatedForFiveMinutes) {
  StatedRates stated;
  stated.input = 4;
  stated.cache_write_5m = 5;
  EXPECT_EQ(complete_rates(stated).cache_write_1h, 5U);
  stated.cache_write_1h = 8;
  EXPECT_EQ(complete_rates(stated).cache_write_1h, 8U);
}

}  // namespace
}  // namespace tidegate
