#include "patterns/matcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tidegate::patterns {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Kind = MatcherRule::Kind;
using Found = Matcher::Found;
using Strings = std::vector<std::string>;

Matcher compile(const std::vector<MatcherRule>& rules) {
  auto made = Matcher::compile(rules, {});
  EXPECT_TRUE(made) << made.error().detail;
  return *made;
}

// "rule:text" of every match.
Strings matches(const Matcher& matcher, std::string_view text) {
  Strings out;
  std::size_t from = 0;
  while (true) {
    const auto found = matcher.find(text, from, Matcher::Rest::kNone);
    if (found.kind != Found::Kind::kMatch) return out;
    out.push_back(std::to_string(found.rule) + ":" +
                  std::string(text.substr(found.begin, found.end - found.begin)));
    from = found.end;
  }
}
Strings matches(const std::vector<MatcherRule>& rules, std::string_view text) {
  return matches(compile(rules), text);
}
Strings expression(std::string_view pattern, std::string_view text, bool any_case = true) {
  return matches({{pattern, Kind::kExpression, any_case}}, text);
}

// The same, of text that comes in these pieces, as a filter takes it.
Strings streamed(const Matcher& matcher, const Strings& pieces) {
  Strings out;
  std::string text;
  std::size_t from = 0;
  const auto look = [&](Matcher::Rest rest) {
    while (true) {
      const auto found = matcher.find(text, from, rest);
      if (found.kind == Found::Kind::kMatch) {
        out.push_back(std::to_string(found.rule) + ":" +
                      text.substr(found.begin, found.end - found.begin));
        from = found.end;
        continue;
      }
      from = found.kind == Found::Kind::kOpen ? found.begin : text.size();
      return;
    }
  };
  for (const auto& piece : pieces) {
    text += piece;
    look(Matcher::Rest::kMayFollow);
  }
  look(Matcher::Rest::kNone);
  return out;
}

TEST(Matcher, WordsAreWholeWordsInAnyCase) {
  const std::vector<MatcherRule> rules{{"ass"}, {"big bang"}, {"Straße"}, {"c++"}, {"毒"}};
  EXPECT_THAT(matches(rules, "Ass, class; ASS_ ass's ass"), ElementsAre("0:Ass", "0:ass", "0:ass"));
  EXPECT_THAT(matches(rules, "a Big\n\tBANG, big bangs"), ElementsAre("1:Big\n\tBANG"));
  EXPECT_THAT(matches(rules, "STRASSE straße éstraße"), ElementsAre("2:straße"));
  EXPECT_THAT(matches(rules, "C++x c++"), ElementsAre("3:C++", "3:c++"));
  EXPECT_THAT(matches(rules, "有毒的"), ElementsAre("4:毒"));
  EXPECT_THAT(matches(rules, "“ass”—ass…"), ElementsAre("0:ass", "0:ass"));
}

TEST(Matcher, CaseMayCountAndPartsMayBeLookedFor) {
  EXPECT_THAT(matches({{"Acme", Kind::kWords, false}}, "acme Acme"), ElementsAre("0:Acme"));
  EXPECT_THAT(matches({{"ass", Kind::kPart}}, "class"), ElementsAre("0:ass"));
  EXPECT_THAT(matches({{"ÄRGER"}, {"ЖУК"}, {"ΣΩΜΑ"}, {"ŁÓDŹ"}}, "ärger жук σωμα łódź"),
              ElementsAre("0:ärger", "1:жук", "2:σωμα", "3:łódź"));
}

TEST(Matcher, TheFirstAndThenTheLongestWins) {
  const std::vector<MatcherRule> rules{{"new"}, {"new york"}, {"york city"}, {"new york"}};
  EXPECT_THAT(matches(rules, "new york city new yorker"), ElementsAre("1:new york", "0:new"));
}

TEST(Matcher, ExpressionsAreWhatTheySay) {
  EXPECT_THAT(expression(R"(ab?c{2,3}(?:d|e[f-h])x)", "abccdx acccegx accccdx abccefy"),
              ElementsAre("0:abccdx", "0:acccegx"));
  EXPECT_THAT(expression(R"(\d{3}-\w\s.)", "123-a é 1234-_\t. 12-a x"),
              ElementsAre("0:123-a é", "0:234-_\t."));
  EXPECT_THAT(expression(R"([^a-y\n]{2})", "abZzé\nzz"), ElementsAre("0:Zz", "0:zz"));
  EXPECT_THAT(expression("[^a]", "aAb"), ElementsAre("0:b"));
  EXPECT_THAT(expression("[^a]", "aAb", false), ElementsAre("0:A", "0:b"));
  EXPECT_THAT(expression(R"(\bproj-[0-9]{2}\b)", "proj-12 xproj-12 proj-123 proj-34."),
              ElementsAre("0:proj-12", "0:proj-34"));
  EXPECT_THAT(expression(R"([а-яё]{3}\.)", "Ёжи. abc."), ElementsAre("0:Ёжи."));
  EXPECT_THAT(expression(R"(a\[\]\\\.\-b)", R"(a[]\.-b)"), ElementsAre(R"(0:a[]\.-b)"));
  EXPECT_THAT(expression("x{0,2}y", "xxxy"), ElementsAre("0:xxy"));
  EXPECT_THAT(expression(R"(.\D\W\S)", std::string_view("\0\0\0\0ab!?", 8)), ElementsAre("0:ab!?"));
}

TEST(Matcher, WhatHasNoLimitOrIsNotKnownIsRefused) {
  for (const std::string_view bad :
       {"a*",    "a+",          "a{2,}", "(a",  "a)",     "[a",      "a{3,2}", "a{0}",
        "a??",   "(?=a)",       "(?i)a", "\\1", "\\p",    "a\\b.",   "^a",     "a$",
        "[z-a]", "[[:alpha:]]", "",      "a|",  "a{0,3}", "a{2000}", "\\",     "\xFF"}) {
    EXPECT_FALSE(Matcher::check({bad, Kind::kExpression}, {})) << bad;
  }
  EXPECT_THAT(Matcher::check({"ab*", Kind::kExpression}, {}).error().detail, HasSubstr("at 3:"));
  EXPECT_FALSE(Matcher::check({"", Kind::kWords}, {}));
  const auto wide = Matcher::check({"a{300}", Kind::kExpression}, {});
  ASSERT_FALSE(wide);
  EXPECT_THAT(wide.error().detail, HasSubstr("300 bytes"));
}

TEST(Matcher, CompilingIsBounded) {
  for (const std::string_view bad :
       {"(?:(?:a{0,99}){0,99}){0,99}b", "(?:a|b){0,99}a(?:a|b){30}",
        "(?:((((((((((a{0,1000}){0,1000}){0,1000}){0,1000}))))))))b"}) {
    const std::vector<MatcherRule> rules{{bad, Kind::kExpression}};
    EXPECT_FALSE(Matcher::compile(rules, {.max_match_bytes = 1U << 30, .max_states = 4096})) << bad;
  }
}

TEST(Matcher, ManyWordsAreOneAutomaton) {
  Strings words;
  for (int i = 0; i < 5000; ++i) words.push_back("word" + std::to_string(i * 7919));
  const std::vector<MatcherRule> rules{words.begin(), words.end()};
  const auto matcher = compile(rules);
  EXPECT_THAT(matches(matcher, "a word7919 word79190 word1 b"),
              ElementsAre("1:word7919", "10:word79190"));
}

TEST(Matcher, HoldsBackOnlyWhatMayBecomeAMatch) {
  const auto matcher = compile({{"secret plan"}, {R"(id-\d{1,3})", Kind::kExpression}});
  const auto open = [&](std::string_view text) {
    const auto found = matcher.find(text, 0, Matcher::Rest::kMayFollow);
    return found.kind == Found::Kind::kOpen ? std::string(text.substr(found.begin)) : "";
  };
  EXPECT_EQ(open("tell the sec"), "sec");
  EXPECT_EQ(open("tell the secx"), "");
  EXPECT_EQ(open("nonsec"), "");
  EXPECT_EQ(open("secret pla"), "secret pla");
  EXPECT_EQ(open("secret plan"), "secret plan");  // a word that may go on
  EXPECT_EQ(open("an id-1"), "id-1");
  EXPECT_EQ(open("an id-123"), "");
}

TEST(Matcher, CutsChangeNothing) {
  const auto matcher = compile({{"ab"},
                                {"abc"},
                                {"bcd", Kind::kPart},
                                {"ab ab c"},
                                {R"(a{1,3}b?)", Kind::kExpression},
                                {"été"}});
  for (const std::string text : {"ab abc abcd xab ab", "ab ab c ab ab d", "aaaab aab été-étés ab",
                                 "bcbcd abab ab", "ab  ab\nc"}) {
    const auto whole = matches(matcher, text);
    EXPECT_THAT(whole, ::testing::Not(IsEmpty()));
    Strings bytes;
    for (const char c : text) bytes.emplace_back(1, c);
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
      if (cut < text.size() && (static_cast<unsigned char>(text[cut]) & 0xC0U) == 0x80U) continue;
      EXPECT_EQ(streamed(matcher, {text.substr(0, cut), text.substr(cut)}), whole)
          << text << " cut at " << cut;
    }
    if (text.find('\xC3') == std::string::npos) EXPECT_EQ(streamed(matcher, bytes), whole) << text;
  }
}

}  // namespace
}  // namespace tidegate::patterns
