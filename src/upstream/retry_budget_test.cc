#include "upstream/retry_budget.h"

#include <gtest/gtest.h>

namespace tidegate::upstream {
namespace {

using namespace std::chrono_literals;

constexpr SteadyTime kStart{std::chrono::hours(1)};

int take_all(RetryBudget& budget, double ratio, std::uint32_t minimum, SteadyTime now) {
  int taken = 0;
  while (taken < 1000 && budget.take(ratio, minimum, now)) ++taken;
  return taken;
}

TEST(RetryBudget, IsAShareOfTheRequests) {
  RetryBudget budget;
  for (int i = 0; i < 100; ++i) budget.note_request(kStart);
  EXPECT_EQ(take_all(budget, 0.2, 0, kStart), 20);
  EXPECT_EQ(take_all(budget, 0.2, 0, kStart + 9s), 0);
  EXPECT_EQ(take_all(budget, 0.2, 0, kStart + 10s), 0);  // the requests are forgotten too
}

TEST(RetryBudget, AllowsTheMinimumEachSecond) {
  RetryBudget budget;
  EXPECT_EQ(take_all(budget, 0.2, 3, kStart), 3);
  EXPECT_EQ(take_all(budget, 0.2, 3, kStart + 1s), 3);
  EXPECT_EQ(take_all(budget, 0, 0, kStart + 2s), 0);
}

}  // namespace
}  // namespace tidegate::upstream
