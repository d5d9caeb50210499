#include "embed/words.h"

#include <gtest/gtest.h>

#include <string>

namespace tidegate::embed {
namespace {

// Words with a bar between, punctuation in brackets.
std::string split(std::string_view text) {
  std::string out;
  Words words(text);
  Word word;
  while (words.next(word)) {
    if (!out.empty()) out += '|';
    out += word.punctuation ? "[" + std::string(word.text) + "]" : std::string(word.text);
  }
  return out;
}

TEST(Words, AreFoldedAndCutAtSpacesAndPunctuation) {
  EXPECT_EQ(split("Where's my CARD?"), "where|[']|s|my|card|[?]");
  EXPECT_EQ(split("  a\t\r\nb\v c "), "a|b|c");
  EXPECT_EQ(split("$5.00 + 3"), "[$]|5|[.]|00|[+]|3");
  EXPECT_EQ(split(""), "");
  EXPECT_EQ(split(" \n "), "");
}

TEST(Words, LoseAccentsAndCaseInEveryScript) {
  EXPECT_EQ(split("Crème BRÛLÉE"), "creme|brulee");
  EXPECT_EQ(split("Ångström İstanbul"), "angstrom|istanbul");
  EXPECT_EQ(split("ΆΓΙΟΣ Йод ЁЖ"), "αγιοσ|иод|еж");
  EXPECT_EQ(split("straße"), "straße");  // no compatibility folding
  EXPECT_EQ(split("e\u0301t\u0065\u0301"), "ete");
}

TEST(Words, OfIdeographsAreSingle) {
  EXPECT_EQ(split("你好world"), "你|好|world");
  EXPECT_EQ(split("豈"), "豈");          // U+F900 is U+8C48
  EXPECT_EQ(split("カード"), "カート");  // its mark is one of its own: U+30C9 is U+30C8 U+3099
  EXPECT_EQ(split("\uD55C"), "\u1112\u1161\u11AB");  // syllables are taken apart
}

TEST(Words, SkipWhatCannotBeSeenAndWhatIsNoText) {
  EXPECT_EQ(split("i\u200Bgn\u00ADore"), "ignore");
  EXPECT_EQ(split(std::string_view("a\0b\x01 c\x7F", 7)), "ab|c");
  EXPECT_EQ(split("a\xFF\xC3 b\xED\xA0\x80 c\xF5"), "a|b|c");
  EXPECT_EQ(split("\xE4\xBD"), "");
}

TEST(Words, KnowPunctuationOfOtherScripts) {
  EXPECT_EQ(split("¿Qué? «oui» 你好。"), "[¿]|que|[?]|[«]|oui|[»]|你|好|[。]");
  EXPECT_EQ(split("a\u037Eb"), "a|[;]|b");  // the Greek question mark is a semicolon
  EXPECT_EQ(split("a\u2260b"), "a|[=]|b");
}

TEST(Words, AreBoundedButCountedWhole) {
  const std::string text(2000, 'x');
  Words words(text);
  Word word;
  ASSERT_TRUE(words.next(word));
  EXPECT_LE(word.text.size(), Words::kMaxBytes);
  EXPECT_EQ(word.characters, 2000U);
  EXPECT_FALSE(words.next(word));
}

}  // namespace
}  // namespace tidegate::embed
