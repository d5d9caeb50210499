#include "upstream/sticky_table.h"

#include <gtest/gtest.h>

namespace tidegate::upstream {
namespace {

using namespace std::chrono_literals;

constexpr SteadyTime kStart{std::chrono::hours(1)};

TEST(StickyTable, RemembersForAWhileFromTheLastUse) {
  StickyTable table;
  table.remember(1, 42, 10s, kStart);
  EXPECT_EQ(table.find(1, kStart + 9s), 42U);
  EXPECT_EQ(table.find(1, kStart + 18s), 42U);
  EXPECT_EQ(table.find(1, kStart + 28s), std::nullopt);
  EXPECT_EQ(table.size(), 0U);
}

TEST(StickyTable, TheLastMemberCounts) {
  StickyTable table;
  table.remember(1, 42, 10s, kStart);
  table.remember(1, 43, 10s, kStart);
  EXPECT_EQ(table.find(1, kStart), 43U);
  EXPECT_EQ(table.size(), 1U);
}

TEST(StickyTable, ForgetsTheLeastRecentlyUsedAtItsBound) {
  StickyTable table(32);  // two per shard
  table.remember(16, 1, 1h, kStart);
  table.remember(32, 2, 1h, kStart);
  EXPECT_EQ(table.find(16, kStart), 1U);
  table.remember(48, 3, 1h, kStart);
  EXPECT_EQ(table.find(32, kStart), std::nullopt);
  EXPECT_EQ(table.find(16, kStart), 1U);
  EXPECT_EQ(table.find(48, kStart), 3U);
}

TEST(StickyTable, KeysDifferByGroupAndValue) {
  EXPECT_NE(StickyTable::key("a", "resp_1"), StickyTable::key("b", "resp_1"));
  EXPECT_NE(StickyTable::key("a", "resp_1"), StickyTable::key("a", "resp_2"));
}

}  // namespace
}  // namespace tidegate::upstream
