#include "json/cursor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tidegate::json {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> elements(std::string_view array) {
  std::vector<std::string> all;
  ArrayCursor cursor(array);
  while (const auto element = cursor.next()) all.emplace_back(*element);
  return all;
}

TEST(ArrayCursor, YieldsRawElements) {
  EXPECT_THAT(elements(R"([1, "a,]\"" ,{"x":[1,2]}, [ ] ,null , -1e5])"),
              ElementsAre("1", R"("a,]\"")", R"({"x":[1,2]})", "[ ]", "null", "-1e5"));
  EXPECT_THAT(elements("[]"), ElementsAre());
  EXPECT_THAT(elements("[ \n]"), ElementsAre());
  EXPECT_THAT(elements(R"({"a":1})"), ElementsAre());
  EXPECT_THAT(elements(""), ElementsAre());
}

TEST(ObjectCursor, YieldsNamesAndRawValues) {
  ObjectCursor cursor(R"({ "a" : 1 ,"b\"":{"c":"}"}})");
  auto item = cursor.next();
  ASSERT_TRUE(item);
  EXPECT_EQ(item->name, "a");
  EXPECT_EQ(item->value, "1");
  item = cursor.next();
  ASSERT_TRUE(item);
  EXPECT_EQ(item->name, R"(b\")");
  EXPECT_EQ(item->value, R"({"c":"}"})");
  EXPECT_FALSE(cursor.next());
}

TEST(ObjectCursor, FindsOneMember) {
  EXPECT_EQ(find_member(R"({"a":1,"b":[2]})", "b"), "[2]");
  EXPECT_EQ(find_member(R"({"a":1})", "b"), std::nullopt);
  EXPECT_EQ(find_member("[1]", "b"), std::nullopt);
}

TEST(ObjectCursor, TextThatIsCutEndsTheWalk) {
  for (const std::string_view text : {"{\"a", "{\"a\"", "{\"a\":", "{\"a\":{\"b", "{\"a\":\"\\"}) {
    ObjectCursor cursor(text);
    while (cursor.next()) {
    }
    SUCCEED();
  }
}

}  // namespace
}  // namespace tidegate::json
