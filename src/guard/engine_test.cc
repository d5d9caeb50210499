#include "guard/engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "guard/rule_file.h"

namespace tidegate::guard {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Rule rule(std::string id, std::string pattern, Severity severity = Severity::kCritical) {
  Rule made;
  made.category = id.substr(0, id.find('.'));
  made.id = std::move(id);
  made.pattern = std::move(pattern);
  made.severity = severity;
  return made;
}

std::vector<Hit> look(const Engine& engine, std::string_view text,
                      Channel channel = Channel::kUser) {
  std::vector<Hit> hits;
  EXPECT_TRUE(engine.look(text, channel, 7, hits));
  return hits;
}

Engine make(std::vector<Rule> rules, Policy policy = {}) {
  auto made = Engine::make({std::move(rules)}, std::move(policy));
  EXPECT_TRUE(made);
  return std::move(*made);
}

// "rule disguise: what of the text"
std::vector<std::string> found(const Engine& engine, std::string_view text) {
  std::vector<std::string> out;
  for (const auto& hit : look(engine, text)) {
    out.push_back(hit.rule->id + " " + std::string(to_string(hit.disguise)) + ": " +
                  std::string(text.substr(hit.begin, hit.end - hit.begin)));
  }
  return out;
}

TEST(Engine, TellsWhatStandsInTheTextItself) {
  const auto engine = make({rule("a.one", "bad\\W{0,3}word")});
  EXPECT_THAT(found(engine, "é! A BАD  Word!"), ElementsAre("a.one none: A BАD  Word"));
  EXPECT_THAT(found(engine, "x. b\u200Bad wo\u200Brd."),
              ElementsAre("a.one none: b\u200Bad wo\u200Brd"));
  EXPECT_THAT(found(engine, "see? b4d w0rd, ok"), ElementsAre("a.one leet: b4d w0rd"));
  EXPECT_THAT(found(engine, "say b.a.d. .w.o.r.d.s now"),
              ElementsAre("a.one spaced: b.a.d. .w.o.r.d.s"));
  EXPECT_THAT(found(engine, "run YmFkIHdvcmQgb2YgbWluZQ== now"),
              ElementsAre("a.one base64: YmFkIHdvcmQgb2YgbWluZQ"));
  EXPECT_THAT(found(engine, "gur onq jbeq naq lbh"), ElementsAre("a.one rot13: gur onq jbeq"));
  EXPECT_THAT(found(engine, "uoy dna drow dab eht"), ElementsAre("a.one reversed: drow dab eht"));
  EXPECT_THAT(found(engine, "nothing"), IsEmpty());
}

TEST(Engine, LooksIntoDisguisesOfDisguises) {
  const auto engine = make({rule("a.one", "bad\\W{0,3}word")});
  // base64 of "%62%61%64%20word of mine"
  EXPECT_THAT(found(engine, "JTYyJTYxJTY0JTIwd29yZCBvZiBtaW5l"),
              ElementsAre("a.one escapes: JTYyJTYxJTY0JTIwd29yZCBvZiBtaW5l"));
}

TEST(Engine, TellsEachRuleOnceOrAtEveryPlace) {
  EXPECT_EQ(look(make({rule("a.one", "bad")}), "bad bad bad").size(), 1U);
  Policy policy;
  policy.all_places = true;
  EXPECT_EQ(look(make({rule("a.one", "bad")}, policy), "bad bad. Bad\nbad").size(), 3U);
}

TEST(Engine, LooksWhereTheRuleAndThePolicySay) {
  auto only_tools = rule("a.tools", "bad");
  only_tools.channels.add(Channel::kToolResult);
  Policy policy;
  policy.weights[static_cast<std::size_t>(Channel::kSystem)] = 0;
  const auto engine = make({only_tools, rule("a.all", "bad")}, policy);
  EXPECT_EQ(look(engine, "bad", Channel::kUser).size(), 1U);
  EXPECT_EQ(look(engine, "bad", Channel::kToolResult).size(), 2U);
  EXPECT_EQ(look(engine, "bad", Channel::kSystem).size(), 0U);
}

TEST(Policy, AddsUpEachRuleOnceAtItsHighestWeight) {
  Policy policy;
  policy.weights[static_cast<std::size_t>(Channel::kToolResult)] = 150;
  const auto engine =
      make({rule("a.one", "bad"), rule("b.two", "worse", Severity::kNotice)}, policy);
  std::vector<Hit> hits;
  ASSERT_TRUE(engine.look("bad worse", Channel::kUser, 0, hits));
  ASSERT_TRUE(engine.look("bad", Channel::kToolResult, 1, hits));
  ASSERT_TRUE(engine.look("bad", Channel::kUser, 2, hits));
  const auto score = add_up(hits, policy);
  EXPECT_EQ(score.points, 750 + 200);
  ASSERT_EQ(score.categories.size(), 2U);
  EXPECT_EQ(score.categories[0].category, "a");
  EXPECT_EQ(score.categories[0].points, 750);
  EXPECT_EQ(score.categories[1].points, 200);
}

TEST(Policy, DisguisesCountBesides) {
  const auto engine = make({rule("a.one", "badword", Severity::kWarning)});
  EXPECT_EQ(add_up(look(engine, "badword"), engine.policy()).points, 300);
  EXPECT_EQ(add_up(look(engine, "so b a d w o r d"), engine.policy()).points, 0);  // seven letters
  EXPECT_EQ(add_up(look(engine, "62 61 64 77 6f 72 64 20 61 6e 64 20"), engine.policy()).points,
            500);
}

TEST(Policy, LeavesOutAndShadowsRules) {
  Policy policy;
  policy.exclude = {"a.one", "b"};
  policy.shadow = {"c.*"};
  policy.detection_paranoia = 2;
  auto higher = rule("d.two", "bad");
  higher.paranoia = 2;
  auto highest = rule("d.three", "bad");
  highest.paranoia = 3;
  const auto engine = make({rule("a.one", "bad"), rule("b.x", "bad"), rule("c.y", "bad"),
                            rule("e.z", "bad"), higher, highest},
                           policy);
  const auto score = add_up(look(engine, "bad"), engine.policy());
  EXPECT_EQ(score.points, 500);
  ASSERT_EQ(score.rules.size(), 1U);
  EXPECT_EQ(score.rules[0]->id, "e.z");
  ASSERT_EQ(score.shadow.size(), 2U);
  EXPECT_EQ(score.shadow[0]->id, "c.y");
  EXPECT_EQ(score.shadow[1]->id, "d.two");
}

TEST(Engine, AnomaliesAloneNeverReachTheUsualThreshold) {
  const auto engine = make({rule("a.one", "bad")});
  std::string text;
  for (int i = 0; i < 20; ++i) text += "wo\u200Brd wоrd ";
  const auto hits = look(engine, text);
  const auto score = add_up(hits, engine.policy());
  ASSERT_EQ(score.rules.size(), 2U);
  EXPECT_EQ(score.rules[0]->id, "anomaly.invisible");
  EXPECT_EQ(score.rules[1]->id, "anomaly.mixed-alphabets");
  EXPECT_EQ(score.points, 400);
}

}  // namespace
}  // namespace tidegate::guard
