#include "json/counts.h"

#include <gtest/gtest.h>

#include <string>

namespace tidegate::json {
namespace {

TEST(Counts, ReadsNumbersStringsNullsAndOneLevelOfGroups) {
  const std::string text =
      R"(x{ "a" : 1 ,"b":null,"tier":"standard","group":{"n":123456789012345678,"m":0},"z":{}}y)";
  Counts counts;
  ASSERT_TRUE(read_counts(text, 1, counts));
  EXPECT_EQ(text.substr(counts.end), "y");
  ASSERT_EQ(counts.size, 7U);
  EXPECT_EQ(counts.all[0].name, "a");
  EXPECT_EQ(counts.all[0].value, 1U);
  EXPECT_FALSE(counts.all[1].value);
  EXPECT_FALSE(counts.all[2].value);
  EXPECT_EQ(counts.all[3].name, "group");
  EXPECT_EQ(counts.all[4].group, "group");
  EXPECT_EQ(counts.all[4].name, "n");
  EXPECT_EQ(counts.all[4].value, 123456789012345678U);
  EXPECT_EQ(counts.all[5].value, 0U);
  EXPECT_EQ(counts.all[6].name, "z");
}

TEST(Counts, LeavesEverythingElseToTheScan) {
  Counts counts;
  for (const std::string_view text : {"",
                                      "[]",
                                      "{",
                                      "{\"a\"",
                                      "{\"a\":",
                                      "{\"a\":1",
                                      "{\"a\":1,",
                                      "{\"a\":1,}",
                                      "{\"a\":1.5}",
                                      "{\"a\":1e2}",
                                      "{\"a\":-1}",
                                      "{\"a\":01}",
                                      "{\"a\":1234567890123456789}",
                                      "{\"A\":1}",
                                      "{\"a\\n\":1}",
                                      "{\"a\":[1]}",
                                      "{\"a\":true}",
                                      "{\"a\":{\"b\":{}}}",
                                      "{\"a\":nul}",
                                      "{\"a\":\"x\\\"\"}",
                                      "{\"a\" 1}",
                                      "{a:1}",
                                      "{\"a\":1 \"b\":2}",
                                      "{\"\xC3\xA4\":1}"}) {
    EXPECT_FALSE(read_counts(text, 0, counts)) << text;
  }
}

// Names are searched by blocks of 16 bytes: the same at every place and every length.
TEST(Counts, FindsTheEndOfANameAtEveryAlignment) {
  Counts counts;
  for (std::size_t length = 0; length < 40; ++length) {
    for (std::size_t after = 0; after < 20; ++after) {
      const std::string name(length, 'n');
      const std::string text = "{\"" + name + "\":7}" + std::string(after, '"');
      ASSERT_TRUE(read_counts(text, 0, counts));
      EXPECT_EQ(counts.all[0].name, name);
      EXPECT_EQ(counts.end, length + 6);
      for (std::size_t at = 0; at < length; ++at) {
        std::string odd = text;
        odd[2 + at] = at % 2 == 0 ? 'N' : '\\';
        EXPECT_FALSE(read_counts(odd, 0, counts)) << odd;
      }
    }
  }
}

TEST(Counts, ATooLongListIsRefused) {
  std::string text = "{";
  for (std::size_t i = 0; i <= Counts::kMax; ++i) text += "\"a\":1,";
  text.back() = '}';
  Counts counts;
  EXPECT_FALSE(read_counts(text, 0, counts));
}

TEST(Counts, LeavesAGroupWithoutANameToTheSlowPath) {
  Counts counts;
  EXPECT_FALSE(read_counts(R"({"":{"total":6}})", 0, counts));
}

TEST(Counts, FindsTheOnlyObjectOfAName) {
  constexpr auto kNone = std::string_view::npos;
  EXPECT_EQ(find_only_object(R"({"usage":{}})", "\"usage\""), 9U);
  EXPECT_EQ(find_only_object(R"({"usage":1})", "\"usage\""), kNone);
  EXPECT_EQ(find_only_object(R"({"usage":{"usage":{}}})", "\"usage\""), kNone);
  EXPECT_EQ(find_only_object(R"({"a\"usage":{}})", "\"usage\""), kNone);
  EXPECT_EQ(find_only_object(R"({"a":"\"usage\":{}"})", "\"usage\""), kNone);
}

TEST(Counts, ToldByWhatFollowsWhetherAMemberIsInTheRoot) {
  EXPECT_TRUE(is_in_root("}", 0));
  EXPECT_TRUE(is_in_root(R"(,"a":[{"b":"}]\"}"}]} )", 0));
  EXPECT_FALSE(is_in_root("}}", 0));
  EXPECT_FALSE(is_in_root("]", 0));
  EXPECT_FALSE(is_in_root("}]}", 0));
  EXPECT_FALSE(is_in_root(R"(,"a":1)", 0));
  EXPECT_FALSE(is_in_root(R"(,"a\)", 0));
}

}  // namespace
}  // namespace tidegate::json
