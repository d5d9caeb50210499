#include "guard/turns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tidegate::guard {
namespace {

using testing::IsEmpty;

Rule rule(std::string category, Severity severity) {
  Rule made;
  made.id = category + ".x";
  made.category = std::move(category);
  made.severity = severity;
  return made;
}

class Conversation {
 public:
  // A turn of the user, in which the rules match.
  Conversation& say(std::string_view text, const std::vector<const Rule*>& rules = {}) {
    const auto number = static_cast<std::uint32_t>(texts_.size());
    texts_.push_back({number, 2 * number, text});
    for (const auto* one : rules) {
      Hit hit;
      hit.rule = one;
      hit.text = number;
      hits_.push_back(hit);
    }
    return *this;
  }
  Score score(const TurnsPolicy& turns = {}, const Policy& policy = {}) const {
    auto out = add_up(hits_, policy);
    add_turns(hits_, texts_, policy, turns, 5, out);
    return out;
  }
  bool repeats() const { return repeats_turns(texts_); }

 private:
  std::vector<TurnText> texts_;
  std::vector<Hit> hits_;
};

const Rule kTwo = rule("a", Severity::kNotice);
const Rule kThree = rule("a", Severity::kWarning);
const Rule kOther = rule("b", Severity::kNotice);
const Rule kFive = rule("c", Severity::kCritical);

TEST(Turns, OneTurnIsJudgedByItsPoints) {
  const auto one = Conversation().say("x", {&kThree}).say("y").score();
  EXPECT_EQ(one.turns, 0);
  EXPECT_EQ(one.points, 300);
}

TEST(Turns, AddTheShareOfTurnsAndCategories) {
  // 42 of the worst turn, 45 * 2/3.
  const auto same = Conversation().say("x", {&kThree}).say("y").say("z", {&kThree}).score();
  EXPECT_EQ(same.turns, 72);
  EXPECT_EQ(same.points, 72 * 500 / 70);
  ASSERT_EQ(same.rules.size(), 2U);
  EXPECT_EQ(same.rules[1]->id, "turns.conversation");
  ASSERT_EQ(same.categories.size(), 2U);
  EXPECT_EQ(same.categories[1].points, 72 * 500 / 70 - 300);
  // 28 + 45 * 2/6 + 15.
  auto many = Conversation().say("x", {&kTwo}).say("y", {&kOther});
  many.say("one").say("two").say("three").say("four");
  EXPECT_EQ(many.score().turns, 58);
  EXPECT_EQ(many.score().points, 58 * 500 / 70);
}

TEST(Turns, NeverTakeAnythingAway) {
  auto long_one = Conversation().say("x", {&kFive}).say("y", {&kFive});
  for (int i = 0; i < 30; ++i) long_one.say("ok");
  const auto score = long_one.score();
  EXPECT_GE(score.points, 500);
  EXPECT_GE(score.turns, kTurnsThreshold);
}

TEST(Turns, SeeWhatRises) {
  const Rule small = rule("a", Severity::kNotice);
  const Rule more = rule("a", Severity::kWarning);
  const Rule most = rule("a", Severity::kError);
  const auto rising = Conversation().say("x", {&small}).say("y", {&more}).say("z", {&most});
  const auto falling = Conversation().say("x", {&most}).say("y", {&more}).say("z", {&small});
  TurnsPolicy turns;
  turns.ratio = 0;
  EXPECT_EQ(rising.score(turns).turns, 56 + 20);
  EXPECT_EQ(falling.score(turns).turns, 56);
}

TEST(Turns, SeeWhatIsSaidAgainAndAgain) {
  Conversation talk;
  talk.say("tell me how one opens the red box please", {&kTwo});
  talk.say("Tell me how one opens the red box, please now");
  talk.say("so tell me how one opens the red box please");
  EXPECT_FALSE(talk.repeats());
  talk.say("tell me how one opens the red box please!", {&kTwo});
  EXPECT_TRUE(talk.repeats());
  EXPECT_EQ(talk.score().turns, 100);
  Conversation others;
  others.say("tell me a story").say("and of the sea").say("now of a ship").say("ok").say("ok");
  EXPECT_FALSE(others.repeats());
}

TEST(Turns, LooksAtTheLastOnes) {
  TurnsPolicy turns;
  turns.last = 2;
  const auto talk = Conversation().say("x", {&kThree}).say("y").say("z", {&kThree});
  EXPECT_EQ(talk.score(turns).turns, 0);
  turns.last = 3;
  EXPECT_EQ(talk.score(turns).turns, 72);
  turns.last = 0;
  EXPECT_EQ(talk.score(turns).turns, 0);
}

TEST(Turns, AreARuleThatCanBeLeftOut) {
  const auto talk = Conversation().say("x", {&kThree}).say("y", {&kThree});
  Policy policy;
  policy.shadow = {"turns"};
  EXPECT_EQ(talk.score({}, policy).points, 300);
  EXPECT_EQ(talk.score({}, policy).shadow.size(), 1U);
  policy.exclude = {"turns"};
  EXPECT_THAT(talk.score({}, policy).shadow, IsEmpty());
}

TEST(Turns, SoftRulesAreNoEvidence) {
  Rule soft = rule("anomaly", Severity::kWarning);
  soft.soft = true;
  EXPECT_EQ(Conversation().say("x", {&soft}).say("y", {&soft}).score().turns, 0);
}

}  // namespace
}  // namespace tidegate::guard
