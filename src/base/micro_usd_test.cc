#include "base/micro_usd.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace tidegate {
namespace {

TEST(MicroUsd, AddsAndSubtractsWithinItsBounds) {
  constexpr MicroUsd kMost(std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(MicroUsd(2) + MicroUsd(3), MicroUsd(5));
  EXPECT_EQ(MicroUsd(3) - MicroUsd(2), MicroUsd(1));
  EXPECT_EQ(MicroUsd(2) - MicroUsd(3), MicroUsd());
  EXPECT_EQ(kMost + MicroUsd(1), kMost);
  EXPECT_LT(MicroUsd(2), MicroUsd(3));
}

}  // namespace
}  // namespace tidegate
