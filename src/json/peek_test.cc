#include "json/peek.h"

#include <gtest/gtest.h>

#include <string>

namespace tidegate::json {
namespace {

TEST(Peek, FindsAValueAtEveryAlignment) {
  for (std::size_t before = 0; before < 40; ++before) {
    for (std::size_t after = 0; after < 40; ++after) {
      const std::string text = std::string(before, 'x') + "\"usage\":1" + std::string(after, '"');
      EXPECT_EQ(peek_value(text, "\"usage\""), before + 8);
      EXPECT_EQ(peek_value(text, "\"usagf\""), std::string::npos);
    }
  }
}

TEST(Peek, OnlyAMemberCounts) {
  EXPECT_EQ(peek_value(R"({"a":"usage","usage" : {}})", "\"usage\""), 23U);
  EXPECT_EQ(peek_value(R"({"a":"\"usage\":1"})", "\"usage\""), std::string::npos);
  EXPECT_EQ(peek_value(R"(["usage"])", "\"usage\""), std::string::npos);
  EXPECT_EQ(peek_value(R"({"usage":)", "\"usage\""), std::string::npos);
  EXPECT_EQ(peek_value(R"({"usage")", "\"usage\""), std::string::npos);
  EXPECT_EQ(peek_value("", "\"usage\""), std::string::npos);
  EXPECT_EQ(peek_value(R"({"n":1,"n":2})", "\"n\"", 2), 11U);
}

TEST(Peek, FindsLineEnds) {
  EXPECT_EQ(find_line_end(std::string(37, 'a') + "\r\n"), 37U);
  EXPECT_EQ(find_line_end("ab\ncd\n", 3), 5U);
  EXPECT_EQ(find_line_end("abc"), 3U);
  EXPECT_EQ(find_line_end(std::string(16, 'a') + "\n"), 16U);
}

}  // namespace
}  // namespace tidegate::json
