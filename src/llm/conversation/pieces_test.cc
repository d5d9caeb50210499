#include "llm/conversation/pieces.h"

#include <gtest/gtest.h>

#include <string>

namespace tidegate::llm {
namespace {

// The texts of the deltas, with bars between them.
std::string split(std::string_view text, std::size_t bytes) {
  std::vector<ReplyStep> steps = {
      BlockStart{}, BlockDelta{.kind = BlockDelta::Kind::kText, .text = {text}}, BlockStop{}};
  split_texts(steps, bytes);
  EXPECT_TRUE(std::holds_alternative<BlockStart>(steps.front()));
  EXPECT_TRUE(std::holds_alternative<BlockStop>(steps.back()));
  std::string joined;
  for (std::size_t i = 1; i + 1 < steps.size(); ++i) {
    joined.append(i == 1 ? "" : "|").append(std::get<BlockDelta>(steps[i]).text.bytes);
  }
  return joined;
}

TEST(SplitTexts, NeverCutsACharacterOrAnEscape) {
  struct Case {
    std::string_view text;
    std::size_t bytes;
    std::string_view pieces;
  };
  for (const Case& one : {
           Case{"abcdef", 4, "abcd|ef"},
           Case{"abc", 16, "abc"},
           Case{"", 4, ""},
           Case{"a\xC3\xA9z", 2, "a\xC3\xA9|z"},
           Case{"\xE2\x82\xAC\xE2\x82\xAC", 1, "\xE2\x82\xAC|\xE2\x82\xAC"},
           Case{R"(a\nb)", 2, R"(a\n|b)"},
           Case{R"(\u20ac!)", 1, R"(\u20ac|!)"},
           Case{R"(\uD83D\uDE00!)", 1, R"(\uD83D\uDE00|!)"},
           Case{R"(\uD83D\u0041)", 1, R"(\uD83D|\u0041)"},
       }) {
    EXPECT_EQ(split(one.text, one.bytes), one.pieces);
  }
}

}  // namespace
}  // namespace tidegate::llm
