#include "cache/directives.h"

#include <gtest/gtest.h>

namespace tidegate::cache {
namespace {

using std::chrono::seconds;

Directives read(std::string_view value) {
  Directives directives;
  read_cache_control(value, directives);
  return directives;
}

TEST(CacheDirectives, AreReadWhereverTheyStand) {
  const Directives all = read("  Max-Age=60 ,foo=\"no-store\", NO-CACHE,only-if-cached");
  EXPECT_EQ(all.max_age, seconds(60));
  EXPECT_TRUE(all.no_cache);
  EXPECT_TRUE(all.only_if_cached);
  EXPECT_FALSE(all.no_store);
  EXPECT_TRUE(read("no-store").no_store);
  EXPECT_EQ(read("max-age=\"7\"").max_age, seconds(7));
}

TEST(CacheDirectives, TakeAWrongAgeForZeroAndALargeOneForTheLargest) {
  for (const std::string_view wrong : {"max-age", "max-age=", "max-age=x", "max-age=-1"}) {
    EXPECT_EQ(read(wrong).max_age, seconds(0)) << wrong;
  }
  EXPECT_EQ(read("max-age=99999999999999999999999").max_age, seconds(0x7FFFFFFF));
  EXPECT_EQ(read("").max_age, std::nullopt);
  EXPECT_EQ(read_seconds("5s"), std::nullopt);
}

}  // namespace
}  // namespace tidegate::cache
