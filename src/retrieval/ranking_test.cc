#include "retrieval/ranking.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "retrieval/keyword_index.h"

namespace tidegate::retrieval {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::uint32_t> numbers(const std::vector<Ranked>& order) {
  std::vector<std::uint32_t> out;
  for (const Ranked& one : order) out.push_back(one.number);
  return out;
}

TEST(Ranking, KeepsTheBestAndTheFirstOfEquals) {
  std::vector<Ranked> all{{3, 1}, {1, 5}, {2, 1}, {0, 2}};
  keep_best(all, 3);
  EXPECT_THAT(numbers(all), ElementsAre(1, 0, 2));
  keep_best(all, 9);
  EXPECT_EQ(all.size(), 3U);
}

TEST(Ranking, FusesByRanksAndNotByScores) {
  const std::array orders{std::vector<Ranked>{{7, 1000}, {8, 999}, {9, 1}},
                          std::vector<Ranked>{{8, 0.2}, {5, 0.1}}};
  const auto fused = fuse(orders);
  EXPECT_THAT(numbers(fused), ElementsAre(8, 7, 5, 9));
  EXPECT_DOUBLE_EQ(fused[0].score, 1.0 / 62 + 1.0 / 61);
}

TEST(KeywordIndex, PrefersRareWordsAndShortTexts) {
  KeywordIndex index;
  index.add("the cat sat on the mat");
  index.add("the Café serves the cat, the dog and the many other guests that come here");
  index.add("cat");
  EXPECT_THAT(numbers(index.search("cat", 9)), ElementsAre(2, 0, 1));
  EXPECT_THAT(numbers(index.search("CAFE cat", 2)), ElementsAre(1, 2));
  EXPECT_THAT(index.search("bird, ... ?", 9), IsEmpty());
}

TEST(KeywordIndex, PassesOverWordsThatAreEverywhere) {
  KeywordIndex index;
  for (int i = 0; i < 20; ++i) index.add(i == 13 ? "the odd one" : "the same");
  EXPECT_THAT(index.search("the", 9), IsEmpty());
  EXPECT_THAT(numbers(index.search("the odd the odd", 9)), ElementsAre(13));
  EXPECT_THAT(KeywordIndex().search("a", 1), IsEmpty());
}

}  // namespace
}  // namespace tidegate::retrieval
