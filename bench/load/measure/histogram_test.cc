#include "bench/load/measure/histogram.h"

#include <gtest/gtest.h>

namespace tidegate::bench {
namespace {

TEST(Histogram, IsZeroWhenEmpty) {
  Histogram histogram;
  EXPECT_EQ(histogram.quantile(0.5), Duration(0));
  EXPECT_EQ(histogram.max(), Duration(0));
}

TEST(Histogram, KeepsSmallValuesExactly) {
  Histogram histogram;
  for (int value = 1; value <= 100; ++value) histogram.record(Duration(value));
  EXPECT_EQ(histogram.quantile(0.5), Duration(50));
  EXPECT_EQ(histogram.quantile(0.99), Duration(99));
  EXPECT_EQ(histogram.quantile(1), Duration(100));
}

TEST(Histogram, QuantileIsWithinOnePercentAtEveryMagnitude) {
  for (std::int64_t value = 1; value < std::int64_t{1} << 39; value = value * 3 + 1) {
    Histogram histogram;
    histogram.record(Duration(value));
    histogram.record(Duration(value * 2));
    const auto half = static_cast<double>(histogram.quantile(0.5).count());
    EXPECT_GE(half, static_cast<double>(value));
    EXPECT_LE(half, static_cast<double>(value) * 1.008);
  }
}

TEST(Histogram, ClampsWhatItCannotHold) {
  Histogram histogram;
  histogram.record(Duration(-5));
  histogram.record(std::chrono::hours(24));
  EXPECT_EQ(histogram.count(), 2U);
  EXPECT_EQ(histogram.quantile(0.5), Duration(0));
  EXPECT_EQ(histogram.max(), Duration((std::int64_t{1} << 40) - 1));
}

}  // namespace
}  // namespace tidegate::bench
