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
  const auto one = train(texts, embedder, {.epochs = 2, .folds = 2});
  const auto two = train(texts, embedder, {.epochs = 2, .folds = 2});
  EXPECT_EQ(one.intents, (std::vector<std::string>{"code", "translation"}));
  EXPECT_EQ(one.buckets, two.buckets);
  EXPECT_EQ(one.vector, two.vector);
  EXPECT_EQ(one.thresholds, two.thresholds);
}

TEST(Train, KnowsQuestionsThatItHasNotSeen) {
  const auto embedder = embed::StaticEmbedder::builtin();
  const LinearModel model(train(labeled(), *embedder, {}), *embedder);
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

TEST(LinearModel, AbstainsFromATextWithoutWords) {
  const embed::LexicalEmbedder embedder;
  const LinearModel model(train({{"fix this bug", "code"}, {"hi", ""}}, embedder, {.folds = 2}),
                          embedder);
  EXPECT_EQ(model.classify("...").intent, Decision::kNone);
  EXPECT_EQ(model.classify("...").nearest, Decision::kNone);
}

}  // namespace
}  // namespace tidegate::intent
