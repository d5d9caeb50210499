#include "intent/threshold.h"

#include <gtest/gtest.h>

namespace tidegate::intent {
namespace {

TEST(FitThreshold, TakesTheMiddleOfTheGap) {
  EXPECT_FLOAT_EQ(fit_threshold({0.8F, 0.6F, 0.7F}, {0.4F, 0.1F}), 0.5F);
}

TEST(FitThreshold, GivesUpAnOddExampleRatherThanManyForeignOnes) {
  const float threshold = fit_threshold({0.1F, 0.6F, 0.7F, 0.8F}, {0.4F, 0.3F, 0.2F, 0.35F});
  EXPECT_FLOAT_EQ(threshold, 0.5F);
}

TEST(FitThreshold, AcceptsAForeignOneRatherThanLoseManyOwn) {
  const float threshold = fit_threshold({0.5F, 0.55F, 0.6F, 0.65F}, {0.7F, 0.2F, 0.1F, 0.1F, 0.3F});
  EXPECT_FLOAT_EQ(threshold, 0.4F);
}

TEST(FitThreshold, HasAnAnswerWhereOneSideIsMissing) {
  EXPECT_FLOAT_EQ(fit_threshold({}, {}), 0.6F);
  EXPECT_FLOAT_EQ(fit_threshold({}, {0.2F, 0.4F}), 0.7F);
  EXPECT_FLOAT_EQ(fit_threshold({0.5F, 0.9F}, {}), 0.45F);
}

}  // namespace
}  // namespace tidegate::intent
