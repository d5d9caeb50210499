#include "patterns/pattern_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace tidegate::patterns {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> scan(const PatternSet& set, std::string_view text) {
  std::vector<Match> matches;
  EXPECT_TRUE(set.scan(text, matches));
  std::vector<std::string> out;
  for (const auto& match : matches) {
    out.push_back(std::to_string(match.pattern) + ":" +
                  std::string(text.substr(match.begin, match.end - match.begin)) + "@" +
                  std::to_string(match.end));
  }
  return out;
}

TEST(PatternSet, TellsTheLongestMatchOfEachPatternAtEachPlace) {
  const std::vector<Pattern> patterns{{R"(\b\d{3,5}\b)"}, {"abc{1,9}"}, {"END", true, false}};
  const auto set = PatternSet::compile(patterns);
  ASSERT_TRUE(set);
  EXPECT_THAT(scan(*set, "123 12345 abccc abc end"),
              ElementsAre("0:123@3", "0:12345@9", "1:abccc@15", "1:abc@19", "2:@23"));
  EXPECT_THAT(scan(*set, "ABC 12 123456"), ElementsAre());
}

TEST(PatternSet, ScansOfManySetsInTurnAreEachRight) {
  std::vector<PatternSet> sets;
  for (int i = 0; i < 100; ++i) {
    const auto word = "w" + std::to_string(i) + "x";
    const auto letters = "[a-f]{1," + std::to_string(i + 1) + "}z";
    auto set = PatternSet::compile(std::vector<Pattern>{{word}, {letters}});
    ASSERT_TRUE(set);
    sets.push_back(std::move(*set));
  }
  for (int round = 0; round < 3; ++round) {
    for (std::size_t i = 0; i < sets.size(); ++i) {
      const auto word = "w" + std::to_string(i) + "x";
      const auto text = word + " az";
      EXPECT_THAT(scan(sets[i], text), ElementsAre("0:" + word + "@" + std::to_string(word.size()),
                                                   "1:az@" + std::to_string(text.size())));
    }
  }
}

TEST(PatternSet, SaysWhichExpressionIsWrong) {
  const std::vector<Pattern> patterns{{"a"}, {"(?<=x)b"}};
  const auto set = PatternSet::compile(patterns);
  ASSERT_FALSE(set);
  EXPECT_EQ(set.error().code, ErrorCode::kInvalidConfig);
  EXPECT_THAT(set.error().detail, HasSubstr("pattern 1: "));
}

TEST(PatternSet, SetsOfDifferentSizesShareAThread) {
  const std::vector<Pattern> few{{"a"}};
  std::vector<std::string> texts;
  for (int i = 0; i < 500; ++i) texts.push_back("word" + std::to_string(i) + "[a-f]{3,30}z");
  const std::vector<Pattern> many{texts.begin(), texts.end()};
  const auto small = PatternSet::compile(few);
  const auto large = PatternSet::compile(many);
  ASSERT_TRUE(small && large);
  EXPECT_GT(large->size_bytes(), small->size_bytes());
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(scan(*small, "xax"), ElementsAre("0:a@2"));
    EXPECT_THAT(scan(*large, "word7abcz"), ElementsAre("7:word7abcz@9"));
  }
}

TEST(PatternSet, EqualListsShareWhatIsCompiled) {
  std::vector<std::string> texts;
  for (int i = 0; i < 1000; ++i) texts.push_back("word" + std::to_string(i) + "[a-f]{3,30}z");
  const std::vector<Pattern> many{texts.begin(), texts.end()};
  const auto first = PatternSet::share(many);
  const std::vector<std::string> copies = texts;
  const std::vector<Pattern> again{copies.begin(), copies.end()};
  const auto second = PatternSet::share(again);
  const std::vector<Pattern> other{{"word1", true}};
  const auto third = PatternSet::share(other);
  ASSERT_TRUE(first && second && third);
  EXPECT_TRUE(first->is_same(*second));
  EXPECT_FALSE(first->is_same(*third));
  EXPECT_FALSE(first->is_same(*PatternSet::compile(many)));
  EXPECT_THAT(scan(*second, "word7abcz"), ElementsAre("7:word7abcz@9"));
  EXPECT_THAT(scan(*third, "WORD1"), ElementsAre("0:WORD1@5"));
}

TEST(PatternSet, IsStoredAndReadAgain) {
  const std::vector<Pattern> patterns{{"stored[a-f]{3,30}z"}, {"other", true, false}};
  for (const auto target :
       {PatternSet::Target::kAnyProcessor, PatternSet::Target::kThisProcessor}) {
    const auto stored = PatternSet::store(patterns, target);
    ASSERT_TRUE(stored);
    const auto read = PatternSet::read(patterns, *stored);
    ASSERT_TRUE(read);
    EXPECT_THAT(scan(*read, "storedabcz OTHER"), ElementsAre("0:storedabcz@10", "1:@16"));
  }
}

TEST(PatternSet, IsNotReadWhereItWasStoredForSomethingElse) {
  const std::vector<Pattern> patterns{{"stored[a-f]{3,30}z"}};
  const std::vector<Pattern> others{{"something else"}};
  const auto stored = PatternSet::store(patterns);
  ASSERT_TRUE(stored);
  EXPECT_FALSE(PatternSet::read(others, *stored));
  EXPECT_FALSE(PatternSet::read(patterns, {}));
  EXPECT_FALSE(PatternSet::read(patterns, stored->substr(0, stored->size() - 1)));
  // Bytes of the sum over the patterns, of the library's version, of its processor, of what it
  // made.
  constexpr std::size_t kBytesOfHash = 8;
  for (const auto at : {std::size_t{0}, kBytesOfHash + 4, kBytesOfHash + 12, stored->size() / 2}) {
    auto changed = *stored;
    changed[at] = static_cast<char>(changed[at] ^ 0x10);
    EXPECT_FALSE(PatternSet::read(patterns, changed)) << at;
    // Compiled instead.
    const auto shared = PatternSet::share(patterns, changed);
    ASSERT_TRUE(shared);
    EXPECT_THAT(scan(*shared, "storedabcz"), ElementsAre("0:storedabcz@10"));
  }
}

TEST(PatternSet, IsSharedByThreads) {
  const std::vector<Pattern> patterns{{R"(\d{2})"}};
  const auto set = PatternSet::compile(patterns);
  ASSERT_TRUE(set);
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&set] {
      for (int j = 0; j < 100; ++j) EXPECT_THAT(scan(*set, "x12"), ElementsAre("0:12@3"));
    });
  }
}

TEST(PatternSet, TooManyMatchesAreAnError) {
  const std::vector<Pattern> patterns{{"a"}, {"b"}};
  const auto set = PatternSet::compile(patterns);
  ASSERT_TRUE(set);
  std::vector<Match> matches;
  const auto result = set->scan(std::string(PatternSet::kMaxMatches + 1, 'a'), matches);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kLimit);
  EXPECT_THAT(scan(*set, "b"), ElementsAre("1:b@1"));
}

}  // namespace
}  // namespace tidegate::patterns
