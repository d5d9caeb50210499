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

TEST(PatternSet, IsCompiledOnceForAllWhoAskForTheSame) {
  const std::vector<Pattern> patterns{{R"(\d{2})"}, {"a"}};
  const auto one = PatternSet::compile_shared(patterns);
  const auto same = PatternSet::compile_shared(patterns);
  const std::vector<Pattern> other_flags{{R"(\d{2})"}, {"a", true}};
  const auto other = PatternSet::compile_shared(other_flags);
  ASSERT_TRUE(one && same && other);
  EXPECT_TRUE(one->is_shared_with(*same));
  EXPECT_FALSE(one->is_shared_with(*other));
  EXPECT_THAT(scan(*same, "x12A"), ElementsAre("0:12@3"));
  EXPECT_THAT(scan(*other, "x12A"), ElementsAre("0:12@3", "1:A@4"));
  const std::vector<Pattern> broken{{"("}};
  EXPECT_FALSE(PatternSet::compile_shared(broken));
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
