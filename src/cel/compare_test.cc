#include "cel/compare.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "cel/collections.h"

namespace tidegate::cel {
namespace {

TEST(Compare, OrdersNumbersAcrossKinds) {
  const auto less = [](const Value& left, const Value& right) {
    return order_numbers(left, right) < 0 && order_numbers(right, left) > 0;
  };
  EXPECT_TRUE(less(Value::integer(-1), Value::unsigned_integer(0)));
  EXPECT_TRUE(less(Value::integer(INT64_MAX), Value::unsigned_integer(UINT64_MAX)));
  EXPECT_TRUE(less(Value::integer(1), Value::number(1.5)));
  EXPECT_TRUE(less(Value::number(-0.5), Value::unsigned_integer(0)));
  EXPECT_TRUE(less(Value::unsigned_integer(UINT64_MAX), Value::number(1e30)));
  EXPECT_TRUE(less(Value::number(-1e30), Value::integer(INT64_MIN)));
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(order_numbers(Value::number(nan), Value::integer(1)), std::partial_ordering::unordered);
}

TEST(Compare, KeepsKeysApartThatADoubleCannotTell) {
  const Value large = Value::integer((std::int64_t{1} << 53) + 1);
  EXPECT_TRUE(same_key(Value::integer(1), Value::number(1)));
  EXPECT_TRUE(same_key(Value::unsigned_integer(1), Value::integer(1)));
  EXPECT_FALSE(same_key(large, Value::number(9007199254740992.0)));
  EXPECT_EQ(hash_key(Value::number(9007199254740992.0)),
            hash_key(Value::integer(std::int64_t{1} << 53)));
  EXPECT_EQ(hash_key(Value::unsigned_integer(7)), hash_key(Value::integer(7)));
}

TEST(Compare, EndsWhenTheWorkIsSpent) {
  const Value elements[] = {Value::integer(1), Value::integer(2), Value::integer(3)};
  const ArrayList list(elements);
  Arena arena;
  std::int64_t work = 2;
  EXPECT_FALSE(equal(Value::list(&list), Value::list(&list), arena, work));
  EXPECT_LT(work, 0);
  work = 10;
  EXPECT_TRUE(equal(Value::list(&list), Value::list(&list), arena, work));
  EXPECT_EQ(work, 6);
}

TEST(MapBuilder, RefusesAKeyTwice) {
  Arena arena;
  MapBuilder builder;
  for (std::int64_t i = 0; i < 1000; ++i) {
    ASSERT_TRUE(builder.insert(Value::integer(i * i), Value::integer(i), arena));
  }
  EXPECT_FALSE(builder.insert(Value::unsigned_integer(25), Value(), arena));
  const Value map = builder.finish(arena);
  EXPECT_EQ(map.as_map().size(), 1000u);
  EXPECT_EQ(map.as_map().find(Value::number(998001), arena)->as_int(), 999);
  EXPECT_FALSE(map.as_map().find(Value::integer(2), arena));
}

}  // namespace
}  // namespace tidegate::cel
