#include "base/paged_list.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <set>
#include <vector>

namespace tidegate {
namespace {

using List = PagedList<int>;

std::shared_ptr<const int> number(int value) { return std::make_shared<const int>(value); }

std::vector<std::shared_ptr<const int>> numbers(int count) {
  std::vector<std::shared_ptr<const int>> all;
  for (int i = 0; i < count; ++i) all.push_back(number(i));
  return all;
}

std::vector<int> values(const List& list) {
  std::vector<int> all;
  for (const auto& element : list) all.push_back(*element);
  return all;
}

TEST(PagedList, KeepsTheOrderOfAVector) {
  const List list = numbers(200);
  ASSERT_EQ(list.size(), 200U);
  EXPECT_EQ(list.pages().size(), 4U);
  EXPECT_EQ(*list[0], 0);
  EXPECT_EQ(*list[64], 64);
  EXPECT_EQ(*list[199], 199);
  EXPECT_TRUE(List().begin() == List().end());
}

TEST(PagedList, AnEditLeavesTheCopyAloneAndSharesTheOtherPages) {
  const List before = numbers(200);
  List after = before;
  after.replace(70, number(-1));
  EXPECT_EQ(*before[70], 70);
  EXPECT_EQ(*after[70], -1);
  EXPECT_EQ(before.pages()[0], after.pages()[0]);
  EXPECT_NE(before.pages()[1], after.pages()[1]);
  EXPECT_EQ(before.pages()[2], after.pages()[2]);
}

TEST(PagedList, ListsOfTheSameElementsAreEqualInWhateverPages) {
  const auto all = numbers(100);
  const List whole = all;
  List grown;
  for (const auto& element : all) grown.insert(grown.size(), element);
  EXPECT_TRUE(whole == grown);
  EXPECT_FALSE(whole.same_pages(grown));
  grown.erase(99);
  EXPECT_FALSE(whole == grown);
}

TEST(PagedList, RandomEditsGiveWhatAVectorGives) {
  std::mt19937 random(7);
  std::vector<std::shared_ptr<const int>> model = numbers(150);
  List list = model;
  for (int turn = 0; turn < 2000; ++turn) {
    const List before = list;
    const std::multiset<std::shared_ptr<const int>> old(model.begin(), model.end());
    const auto at = static_cast<std::ptrdiff_t>(random() % (model.size() + 1));
    const auto position = static_cast<std::size_t>(at);
    const auto choice = random() % 3;
    std::size_t removed = 0;
    std::size_t added = 0;
    if (choice == 0 || position == model.size()) {
      model.insert(model.begin() + at, number(turn));
      list.insert(position, model[position]);
      added = 1;
    } else if (choice == 1) {
      model.erase(model.begin() + at);
      list.erase(position);
      removed = 1;
    } else {
      model[position] = number(turn);
      list.replace(position, model[position]);
      removed = added = 1;
    }
    ASSERT_TRUE(list == List(model)) << turn;
    const auto difference = find_difference(before, list);
    ASSERT_EQ(difference.removed.size(), removed) << turn;
    ASSERT_EQ(difference.added.size(), added) << turn;
    for (const auto& element : difference.removed) EXPECT_TRUE(old.contains(element));
    for (const auto& element : difference.added) EXPECT_FALSE(old.contains(element));
  }
  EXPECT_EQ(values(list).size(), model.size());
}

TEST(PagedList, TheDifferenceIgnoresWhereElementsStand) {
  const auto all = numbers(130);
  const List before = all;
  const List moved(std::vector<std::shared_ptr<const int>>(all.rbegin(), all.rend()));
  const auto difference = find_difference(before, moved);
  EXPECT_TRUE(difference.removed.empty());
  EXPECT_TRUE(difference.added.empty());
}

}  // namespace
}  // namespace tidegate
