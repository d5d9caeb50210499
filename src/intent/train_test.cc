#include "intent/train.h"

#include <gtest/gtest.h>

#include "embed/lexical.h"
#include "embed/static_embedder.h"
#include "intent/support_fixture.h"

namespace tidegate::intent {
namespace {

std::vector<Labeled> labeled() {
  std::vector<Labeled> texts;
  for (const Intent& intent : support_intents()) {
    for (const auto& example : intent.examples) texts.push_back({example, intent.name});
  }
  for (const auto& text : support_out_of_scope()) texts.push_back({text, ""});
  return texts;
}

TEST(Train, GivesTheSameWeightsEachTime) {
  const embed::LexicalEmbedder embedder;
  const std::vector<Labeled> texts = {{"fix this bug", "code"},
                                      {"debug it", "code"},
                                      {"say hello in french", "translation"},
                                      {"translate this", "translation"},
                                      {"hi", ""}};
  const auto one = train(texts, embedder, {.epochs = 2, .folds = 2}).value().weights;
  const auto two = train(texts, embedder, {.epochs = 2, .folds = 2}).value().weights;
  EXPECT_EQ(one.intents, (std::vector<std::string>{"code", "translation"}));
  EXPECT_EQ(one, two);
}

TEST(Train, KnowsQuestionsThatItHasNotSeen) {
  const auto embedder = embed::StaticEmbedder::builtin();
  const LinearModel model(train(labeled(), *embedder, {}).value().weights, *embedder);
  std::size_t right = 0;
  std::size_t wrong = 0;
  for (const auto& [text, intent] : support_questions()) {
    const auto decision = model.classify(text);
    if (decision.intent == Decision::kNone) continue;
    ++(model.intents()[decision.intent] == intent ? right : wrong);
  }
  std::size_t taken = 0;
  for (const auto& text : support_chatter()) {
    if (model.classify(text).intent != Decision::kNone) ++taken;
  }
  EXPECT_GE(right, 36U);
  EXPECT_LE(wrong, 2U);
  EXPECT_LE(taken, 6U);
}

TEST(Train, ScoresEachTextByWeightsThatHaveNotSeenIt) {
  const auto embedder = embed::StaticEmbedder::builtin();
  const auto trained = train(labeled(), *embedder, {});
  ASSERT_TRUE(trained);
  ASSERT_EQ(trained->held_out.size(), support_intents().size() + 1);
  std::size_t right = 0;
  std::size_t texts = 0;
  std::size_t strays = 0;
  for (const IntentScore& score : trained->held_out) {
    texts += score.texts;
    right += score.right;
    strays += score.mistaken();
    strays -= score.taken;
  }
  EXPECT_EQ(texts, labeled().size());
  EXPECT_EQ(strays, 0U);  // who is taken for another is another's mistake
  EXPECT_GE(right, texts * 6 / 10);
  EXPECT_LT(right, texts);  // they are few: some cannot be told without their own kind
}

TEST(Train, RefusesWhatTeachesNothing) {
  const embed::LexicalEmbedder embedder;
  const auto refusal = [&](const std::vector<Labeled>& texts) {
    const auto trained = train(texts, embedder, {.folds = 2});
    return trained ? "trained" : trained.error().detail;
  };
  EXPECT_EQ(refusal({}), "no text has an intent");
  EXPECT_EQ(refusal({{"a", "x"}, {"b", ""}}),
            "intent \"x\" has 1 texts and needs 2: one for each fold");
  EXPECT_EQ(refusal({{"a", "x"}, {"b", "x"}}),
            "there is nothing to tell the only intent from: add texts without one");
  EXPECT_EQ(refusal({{"a", "x"}, {"b", "x"}, {"c", ""}}), "trained");
}

TEST(LinearModel, AbstainsFromATextWithoutWords) {
  const embed::LexicalEmbedder embedder;
  const auto trained =
      train({{"fix this bug", "code"}, {"debug it", "code"}, {"hi", ""}}, embedder, {.folds = 2});
  const LinearModel model(trained.value().weights, embedder);
  EXPECT_EQ(model.classify("...").intent, Decision::kNone);
  EXPECT_EQ(model.classify("...").nearest, Decision::kNone);
}

}  // namespace
}  // namespace tidegate::intent
