#include "guard/rule_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tidegate::guard {
namespace {

using testing::HasSubstr;

std::string problems(std::string_view yaml) {
  std::vector<Rule> rules;
  const auto parsed = parse_rules(yaml, Syntax::kProse, rules);
  EXPECT_TRUE(parsed || rules.empty());
  return parsed ? "" : parsed.error().detail;
}

TEST(RuleFile, ExpandsPatterns) {
  std::vector<Rule> rules;
  const auto parsed = parse_rules(R"(
lists:
  verb: [ignore, "set aside"]
  both: ["{verb}", drop]
rules:
- id: a.b
  category: c
  severity: notice
  paranoia: 3
  channels: [user, toolResult]
  pattern: 'é{2,3}{both}\ ~x~2y[ ~{]'
  tests: {match: [y], miss: [z]}
)",
                                  Syntax::kProse, rules);
  ASSERT_TRUE(parsed) << parsed.error().detail;
  ASSERT_EQ(rules.size(), 1U);
  EXPECT_EQ(rules[0].pattern,
            R"(e{2,3}(?:(?:ignore|set\W{0,3}aside)|drop)\ [^.!?\n]{0,42}x[^.!?\n]{0,12}y[ ~{])");
  EXPECT_EQ(rules[0].points(), 2);
  EXPECT_EQ(rules[0].paranoia, 3);
  EXPECT_TRUE(rules[0].channels.has(Channel::kUser));
  EXPECT_FALSE(rules[0].channels.has(Channel::kDocument));
}

TEST(RuleFile, SaysAllThatIsWrong) {
  const auto said = problems(R"(
rules:
- id: A
  category: c
  severity: grave
  paranoia: 5
  channels: [nowhere]
  pattern: "{none}"
  test: []
)");
  EXPECT_THAT(said, HasSubstr("rules[0].id: must be of lower case letters"));
  EXPECT_THAT(said, HasSubstr("rules[0].severity"));
  EXPECT_THAT(said, HasSubstr("rules[0].paranoia"));
  EXPECT_THAT(said, HasSubstr("rules[0].channels[0]: is no channel"));
  EXPECT_THAT(said, HasSubstr("rules[0].pattern: names no list: 'none'"));
  EXPECT_THAT(said, HasSubstr("rules[0].test"));
}

TEST(RuleFile, RefusesWhatIsThereTwiceAndListsOfThemselves) {
  EXPECT_THAT(
      problems(
          "rules:\n- {id: a, category: c, pattern: abc}\n- {id: a, category: c, pattern: abc}"),
      HasSubstr("a: is there twice"));
  EXPECT_THAT(
      problems("lists: {a: ['{b}'], b: ['{a}']}\nrules:\n- {id: a, category: c, pattern: '{a}bc'}"),
      HasSubstr("names itself"));
  EXPECT_THAT(problems("rules: ["), HasSubstr("line 1"));
}

}  // namespace
}  // namespace tidegate::guard
