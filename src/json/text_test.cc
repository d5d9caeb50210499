#include "json/text.h"

#include <gtest/gtest.h>

#include <string>

namespace tidegate::json {
namespace {

std::string decode(std::string_view raw) {
  std::string out(raw.size(), '\0');
  out.resize(decode_escapes(raw, out.data()));
  return out;
}

std::string escape(std::string_view text) {
  std::string out;
  append_escaped(out, text);
  return out;
}

TEST(JsonText, DecodesEveryEscape) {
  EXPECT_EQ(decode(R"(plain)"), "plain");
  EXPECT_EQ(decode(R"(\"\\\/\b\f\n\r\t)"), "\"\\/\b\f\n\r\t");
  EXPECT_EQ(decode(R"(\u0041\u00e9\u20AC)"), "A\xC3\xA9\xE2\x82\xAC");
  EXPECT_EQ(decode(R"(\uD83D\uDE00!)"), "\xF0\x9F\x98\x80!");
}

TEST(JsonText, LoneSurrogatesBecomeTheReplacementCharacter) {
  EXPECT_EQ(decode(R"(\ud800)"), "\xEF\xBF\xBD");
  EXPECT_EQ(decode(R"(\udc00x)"), "\xEF\xBF\xBDx");
  EXPECT_EQ(decode(R"(\ud800\u0041)"),
            "\xEF\xBF\xBD"
            "A");
  EXPECT_EQ(decode(R"(\ud800\ud83d\ude00)"), "\xEF\xBF\xBD\xF0\x9F\x98\x80");
}

TEST(JsonText, WhatIsNoEscapeStaysAsItIs) {
  EXPECT_EQ(decode(R"(mod\u00)"), R"(mod\u00)");
  EXPECT_EQ(decode(R"(a\u12g4b)"), R"(a\u12g4b)");
  EXPECT_EQ(decode(R"(\q\n)"), "\\q\n");
  EXPECT_EQ(decode("\\"), "\\");
}

TEST(JsonText, EscapesWhatJsonForbids) {
  EXPECT_EQ(escape("a\"b\\c\n\x01\x7f/"), "a\\\"b\\\\c\\n\\u0001\x7f/");
  EXPECT_EQ(escape("\xE2\x82\xAC\xF0\x9F\x98\x80"), "\xE2\x82\xAC\xF0\x9F\x98\x80");
  EXPECT_EQ(escape(std::string_view("\0", 1)), "\\u0000");
}

TEST(JsonText, RepairsBrokenUtf8) {
  EXPECT_EQ(escape("a\xFF"
                   "b"),
            "a\xEF\xBF\xBD"
            "b");
  EXPECT_EQ(escape("\xE2\x82"), "\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST(JsonText, FindsTheFirstByteThatIsNotUtf8) {
  EXPECT_EQ(find_invalid_utf8("ab\xC3\xA9"), 4U);
  EXPECT_EQ(find_invalid_utf8("ab\xC3"), 2U);
  EXPECT_EQ(find_invalid_utf8("\xED\xA0\x80"), 0U);
  EXPECT_EQ(find_invalid_utf8("\xF4\x90\x80\x80"), 0U);
  EXPECT_EQ(find_invalid_utf8("\xE0\x80\x80"), 0U);
}

TEST(JsonText, MeasuresEscapes) {
  EXPECT_EQ(escape_length("\\n"), 2U);
  EXPECT_EQ(escape_length("\\u12aF"), 6U);
  EXPECT_EQ(escape_length("\\u12a"), 0U);
  EXPECT_EQ(escape_length("\\x"), 0U);
  EXPECT_EQ(escape_length("\\"), 0U);
}

TEST(PlainAscii, IsWhatNeedsNoLookInAStringAtAnyPlace) {
  for (std::size_t length = 0; length <= 20; ++length) {
    EXPECT_TRUE(is_plain_ascii(std::string(length, 'a')));
    for (std::size_t at = 0; at < length; ++at) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string text(length, ' ');
        text[at] = static_cast<char>(byte);
        const bool plain = byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
        ASSERT_EQ(is_plain_ascii(text), plain) << byte << " at " << at << " of " << length;
      }
    }
  }
}

}  // namespace
}  // namespace tidegate::json
