// Every built-in rule against its own test vectors.
#include "guard/builtin_rules.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "guard/engine.h"
#include "guard/rule_file.h"
#include "patterns/pattern_set.h"

namespace tidegate::guard {
namespace {

Policy everything() {
  Policy policy;
  policy.paranoia = 4;
  return policy;
}

Channel channel_of(const Rule& rule) {
  for (std::size_t i = 0; i < kChannels; ++i) {
    const auto channel = static_cast<Channel>(i);
    if (rule.channels.has(channel)) return channel;
  }
  return Channel::kUser;
}

bool finds(const Engine& engine, const Rule& rule, std::string_view text) {
  std::vector<Hit> hits;
  EXPECT_TRUE(engine.look(text, channel_of(rule), 0, hits));
  return std::ranges::any_of(hits, [&](const Hit& hit) { return hit.rule->id == rule.id; });
}

void check(const Result<std::vector<Rule>>& rules) {
  ASSERT_TRUE(rules) << rules.error().detail;
  const auto engine = Engine::make({*rules}, everything());
  ASSERT_TRUE(engine) << engine.error().detail;
  std::set<std::string> ids;
  for (const auto& rule : *rules) {
    EXPECT_TRUE(ids.insert(rule.id).second) << rule.id << " is there twice";
    EXPECT_TRUE(rule.id.starts_with(rule.category + ".")) << rule.id;
    EXPECT_FALSE(rule.match.empty()) << rule.id;
    EXPECT_FALSE(rule.miss.empty()) << rule.id;
    for (const auto& text : rule.match)
      EXPECT_TRUE(finds(*engine, rule, text)) << rule.id << " must match: " << text;
    for (const auto& text : rule.miss)
      EXPECT_FALSE(finds(*engine, rule, text)) << rule.id << " must not match: " << text;
  }
}

TEST(BuiltinRules, OfPromptsFindWhatTheyAreFor) { check(builtin_prompt_rules()); }

TEST(BuiltinRules, AreCompiledInTheBinary) {
  const auto rules = builtin_prompt_rules();
  ASSERT_TRUE(rules);
  EXPECT_TRUE(patterns::PatternSet::read(patterns_of(*rules), compiled_prompt_rules()));
}

}  // namespace
}  // namespace tidegate::guard
