#include "pipeline/splice.h"

#include <gtest/gtest.h>

namespace tidegate::pipeline {
namespace {

using Edits = std::vector<PayloadEdit>;

std::string edited(std::string_view text, Edits edits) {
  const auto arranged = arrange(edits, text.size());
  return arranged ? splice(text, edits) : "!" + arranged.error().detail;
}

TEST(Splice, PutsTextsInTheirPlacesInAnyOrder) {
  EXPECT_EQ(edited("abcdef", {}), "abcdef");
  EXPECT_EQ(edited("abcdef", {{4, 6, "X"}, {0, 1, ""}}), "bcdX");
  EXPECT_EQ(edited("abc", {{3, 3, "!"}, {0, 0, "1"}, {0, 0, "2"}}), "12abc!");
  EXPECT_EQ(edited("abc", {{1, 1, "1"}, {1, 2, "2"}}), "a12c");
}

TEST(Splice, RefusesWhatCannotBe) {
  EXPECT_EQ(edited("abc", {{0, 4, ""}}), "!edit of bytes 0 to 4 of 3");
  EXPECT_EQ(edited("abc", {{2, 1, ""}}), "!edit of bytes 2 to 1 of 3");
  EXPECT_EQ(edited("abc", {{0, 2, ""}, {1, 3, ""}}), "!two edits overlap at byte 1");
}

}  // namespace
}  // namespace tidegate::pipeline
