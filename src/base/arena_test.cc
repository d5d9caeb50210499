#include "base/arena.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace tidegate {
namespace {

TEST(Arena, CopiesOutliveTheirSource) {
  Arena arena;
  std::string source = "x-request-id";
  auto copy = arena.copy(source);
  source.assign(source.size(), '-');
  EXPECT_EQ(copy, "x-request-id");
}

TEST(Arena, LargeRequestsGetTheirOwnBlock) {
  Arena arena;
  auto small = arena.copy("small");
  auto large = arena.copy(std::string(100'000, 'a'));
  EXPECT_EQ(small, "small");
  EXPECT_EQ(large.size(), 100'000U);
  EXPECT_EQ(arena.concat({small, "-", small}), "small-small");
}

TEST(Arena, KeepsAlignment) {
  Arena arena;
  arena.allocate(1, 1);
  auto* value = arena.make<std::uint64_t>(7U);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(value) % alignof(std::uint64_t), 0U);
  EXPECT_EQ(*value, 7U);
}

TEST(Arena, ClearGivesBlocksBackForTheNextExchange) {
  Arena arena;
  void* first = arena.allocate(64);
  arena.clear();
  EXPECT_EQ(arena.used(), 0U);
  EXPECT_EQ(arena.allocate(64), first);
}

}  // namespace
}  // namespace tidegate
