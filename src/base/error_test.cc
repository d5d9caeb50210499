#include "base/error.h"

#include <gtest/gtest.h>

namespace tidegate {
namespace {

Result<int> half(int value) {
  if (value % 2 != 0) return fail(ErrorCode::kMalformed, Origin::kDownstream, "odd");
  return value / 2;
}

Result<int> quarter(int value) {
  TIDEGATE_TRY(once, half(value));
  TIDEGATE_TRY(twice, half(once));
  return twice;
}

TEST(Error, TryReturnsTheFirstFailureUnchanged) {
  auto result = quarter(6);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, ErrorCode::kMalformed);
  EXPECT_EQ(result.error().origin, Origin::kDownstream);
  EXPECT_EQ(result.error().detail, "odd");
}

TEST(Error, TryYieldsTheValue) { EXPECT_EQ(*quarter(8), 2); }

TEST(Error, CodesHaveStableNames) {
  EXPECT_EQ(to_string(ErrorCode::kConnectionRefused), "connection_refused");
  EXPECT_EQ(to_string(Origin::kUpstream), "upstream");
}

}  // namespace
}  // namespace tidegate
