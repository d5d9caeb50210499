// Every built-in rule of HTTP requests against its own test vectors, and what is honest against
// all.
#include "guard/builtin_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "guard/rule_file.h"
#include "patterns/pattern_set.h"
#include "waf/engine.h"

namespace tidegate::waf {
namespace {

using guard::Channel;

const std::vector<guard::Rule>& rules() {
  static const auto all = guard::builtin_web_rules();
  EXPECT_TRUE(all) << all.error().detail;
  return *all;
}

Engine engine_of(int paranoia) {
  Settings settings;
  settings.policy.paranoia = paranoia;
  auto made = Engine::make({rules()}, std::move(settings));
  EXPECT_TRUE(made) << made.error().detail;
  return std::move(*made);
}

Channel channel_of(const guard::Rule& rule) {
  for (std::size_t i = 0; i < guard::kChannels; ++i) {
    const auto channel = static_cast<Channel>(i);
    if (rule.channels.has(channel)) return channel;
  }
  return Channel::kField;
}

std::vector<guard::Hit> look(const Engine& engine, Channel channel, std::string_view text) {
  Parts parts;
  if (channel == Channel::kUpload) {
    parts.uploads.push_back({"f", "f", "", text});
  } else {
    parts.add(channel, "f", text);
  }
  std::vector<guard::Hit> hits;
  EXPECT_TRUE(engine.look(parts, hits));
  return hits;
}

TEST(WebRules, FindWhatTheyAreFor) {
  const auto engine = engine_of(4);
  std::set<std::string> ids;
  for (const auto& rule : rules()) {
    EXPECT_TRUE(ids.insert(rule.id).second) << rule.id << " is there twice";
    EXPECT_FALSE(rule.match.empty()) << rule.id;
    EXPECT_FALSE(rule.miss.empty()) << rule.id;
    const auto finds = [&](std::string_view text) {
      const auto hits = look(engine, channel_of(rule), text);
      return std::ranges::any_of(hits, [&](const auto& hit) { return hit.rule->id == rule.id; });
    };
    for (const auto& text : rule.match)
      EXPECT_TRUE(finds(text)) << rule.id << " must match: " << text;
    for (const auto& text : rule.miss)
      EXPECT_FALSE(finds(text)) << rule.id << " must not match: " << text;
  }
}

TEST(WebRules, AreCompiledInTheBinary) {
  EXPECT_TRUE(patterns::PatternSet::read(guard::patterns_of(rules()), guard::compiled_web_rules()));
}

// Attacks in disguise that several rules are about.
TEST(WebRules, BlockAttacksAtTheLowestLevel) {
  const auto engine = engine_of(1);
  std::ifstream file(TIDEGATE_SOURCE_DIR "/testdata/attacks.txt");
  std::size_t lines = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.starts_with('#')) continue;
    ++lines;
    const auto score = guard::add_up(look(engine, Channel::kField, line), engine.policy());
    EXPECT_GE(score.points, 500) << line;
  }
  EXPECT_GE(lines, 60U);
}

// Lines that honest people send. Counts of those that would be blocked (5 points), by level: stated
// in docs/reference/web-signatures.md.
TEST(WebRules, LetHonestTextsPass) {
  constexpr std::size_t kBlocked[] = {0, 0, 0, 7};
  std::ifstream file(TIDEGATE_SOURCE_DIR "/testdata/benign.txt");
  std::vector<std::string> texts;
  for (std::string line; std::getline(file, line);) {
    if (!line.empty() && !line.starts_with("##")) texts.push_back(line);
  }
  EXPECT_GE(texts.size(), 150U);
  for (int level = 1; level <= 4; ++level) {
    const auto engine = engine_of(level);
    std::size_t blocked = 0;
    std::string which;
    for (const auto& text : texts) {
      const auto score = guard::add_up(look(engine, Channel::kField, text), engine.policy());
      if (score.points < 500) continue;
      ++blocked;
      which += text + "   [" + guard::describe(score) + "]\n";
    }
    EXPECT_EQ(blocked, kBlocked[level - 1]) << "level " << level << " of " << texts.size() << ":\n"
                                            << which;
  }
}

}  // namespace
}  // namespace tidegate::waf
