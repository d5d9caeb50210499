#include "llm/text/lane_text.h"

#include <gtest/gtest.h>

#include <string>

namespace tidegate::llm {
namespace {

// A filter that puts "X" in place of `word` wherever it is whole.
std::string without(LaneText& text, std::string_view word, std::string_view put = "X") {
  std::string out;
  for (auto at = text.plain().find(word, text.told()); at != std::string_view::npos;
       at = text.plain().find(word, text.told())) {
    text.tell(at, out);
    text.replace(at + word.size(), put, out);
  }
  text.tell(text.plain().size(), out);
  return out;
}

TEST(LaneText, TextIsPlain) {
  LaneText text(false, 4, LaneText::Outside::kHidden);
  text.append("say \"bad\\n\"");
  EXPECT_EQ(text.plain(), "say \"bad\\n\"");
  EXPECT_EQ(without(text, "bad"), "say \"X\\n\"");
  EXPECT_FALSE(text.has_untold());
}

TEST(LaneText, StringsOfJsonAreDecodedAndTheRestIsHidden) {
  LaneText text(true, 4, LaneText::Outside::kHidden);
  text.append(R"({"bad":12,"b":"a\nb\u0061d \ud83d\ude00"})");
  EXPECT_EQ(text.plain(), std::string("\0\0bad\0\0\0\0\0\0b\0\0\0a\nbad \xF0\x9F\x98\x80\0\0", 27));
  EXPECT_EQ(without(text, "bad", "\"q\""), R"({"\"q\"":12,"b":"a\n\"q\" \ud83d\ude00"})");
}

TEST(LaneText, WhatIsOutsideOfStringsMayBeShownAndIsNoText) {
  LaneText text(true, 4, LaneText::Outside::kShown);
  text.append(R"({"a":12,"b":"\n\"x"})");
  EXPECT_EQ(text.plain(), "{\"a\":12,\"b\":\"\n\"x\"}");
  EXPECT_TRUE(text.is_text(2, 3));
  EXPECT_FALSE(text.is_text(5, 7));
  EXPECT_FALSE(text.is_text(11, 15));
  EXPECT_TRUE(text.is_text(13, 16));
  LaneText plain(false, 4, LaneText::Outside::kHidden);
  plain.append("\"12\"");
  EXPECT_TRUE(plain.is_text(0, 4));
}

TEST(LaneText, WhatIsNotReplacedGoesOutAsItCameAtEveryCut) {
  for (const std::string whole :
       {R"({"a":"\u00e9\"\\ \ud83d\ude00 \ud83dx \ud83d\u0041","b":[1,"c"]})", R"("\uD83D)",
        R"("\ud83d\)", R"("\)", R"("\u12)", R"("\x \u12g4 \ud83d\n")"}) {
    LaneText at_once(true, 4, LaneText::Outside::kHidden);
    at_once.append(whole);
    at_once.finish();
    const std::string plain(at_once.plain());
    for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
      LaneText text(true, 1000, LaneText::Outside::kHidden);
      std::string out;
      text.append(whole.substr(0, cut));
      text.tell(text.plain().size(), out);
      text.append(whole.substr(cut));
      text.finish();
      text.tell(text.plain().size(), out);
      EXPECT_EQ(out, whole);
      EXPECT_EQ(text.plain(), plain) << whole << " cut at " << cut;
    }
  }
}

TEST(LaneText, ForgetsWhatWasToldButForItsContext) {
  for (const bool is_json : {false, true}) {
    LaneText text(is_json, 8, LaneText::Outside::kHidden);
    std::string out;
    std::string in;
    for (int i = 0; i < 4000; ++i) {
      const std::string piece = i == 0 ? "\"" : R"(a\n)";
      in += piece;
      text.append(piece);
      text.tell(text.plain().size() - std::min<std::size_t>(text.plain().size(), 3), out);
      text.compact();
      ASSERT_LE(text.plain().size(), 1024U);
      ASSERT_TRUE(!text.is_cut() || text.told() >= 8);
    }
    text.finish();
    text.tell(text.plain().size(), out);
    EXPECT_EQ(out, in);
  }
}

}  // namespace
}  // namespace tidegate::llm
