#include "intent/exemplars.h"

#include <gtest/gtest.h>

#include "embed/lexical.h"
#include "embed/static_embedder.h"
#include "intent/support_fixture.h"

namespace tidegate::intent {
namespace {

Decision classify(const embed::Embedder& embedder, const Exemplars& exemplars,
                  std::string_view text) {
  std::vector<float> vector(embedder.dimension());
  embed::embed_one(embedder, text, vector);
  return exemplars.classify(vector);
}

TEST(Exemplars, FindTheIntentOfAnExample) {
  const embed::LexicalEmbedder embedder;
  const auto intents = support_intents();
  const Exemplars exemplars(embedder, intents, {}, 0);
  const auto decision = classify(embedder, exemplars, intents[2].examples[0]);
  EXPECT_EQ(decision.intent, 2U);
  EXPECT_GT(decision.score, exemplars.threshold(2));
  EXPECT_GT(decision.margin, 0);
}

TEST(Exemplars, AbstainFromWhatIsNearNothing) {
  const embed::LexicalEmbedder embedder;
  const Exemplars exemplars(embedder, support_intents(), {}, 0);
  for (const char* text : {"", "zzz qqq", "?!"}) {
    EXPECT_EQ(classify(embedder, exemplars, text).intent, Decision::kNone) << text;
  }
}

TEST(Exemplars, AbstainWhereTwoIntentsAreAlike) {
  const embed::LexicalEmbedder embedder;
  const std::vector<Intent> intents = {{"buy", {"buy shares of a company"}, 0.1F},
                                       {"sell", {"sell shares of a company"}, 0.1F}};
  EXPECT_EQ(classify(embedder, Exemplars(embedder, intents, {}, 0), "buy shares").intent, 0U);
  const Exemplars strict(embedder, intents, {}, 0.2F);
  EXPECT_EQ(classify(embedder, strict, "shares of a company").intent, Decision::kNone);
}

TEST(Exemplars, LetTextsOutOfScopeCompete) {
  const embed::LexicalEmbedder embedder;
  const std::vector<Intent> intents = {{"cards", {"block my card", "order a new card"}, 0.1F}};
  const std::vector<std::string> others = {"birthday card ideas"};
  const Exemplars exemplars(embedder, intents, others, 0);
  EXPECT_EQ(classify(embedder, exemplars, "a new card").intent, 0U);
  const auto decision = classify(embedder, exemplars, "ideas for a birthday card");
  EXPECT_EQ(decision.intent, Decision::kNone);
  EXPECT_EQ(decision.nearest, Decision::kNone);
}

TEST(Exemplars, TakeAThresholdThatTheUserSays) {
  const embed::LexicalEmbedder embedder;
  std::vector<Intent> intents = support_intents();
  intents[0].threshold = 0.99F;
  const Exemplars exemplars(embedder, intents, {}, 0);
  EXPECT_EQ(exemplars.threshold(0), 0.99F);
  EXPECT_EQ(classify(embedder, exemplars, "where is the parcel that i ordered").intent,
            Decision::kNone);
}

// What becomes of texts that are no examples; the rest is abstained from.
struct Figures {
  std::size_t right = 0;
  std::size_t wrong = 0;
  std::size_t out_of_scope_taken = 0;
};
Figures measure(const embed::Embedder& embedder) {
  const auto intents = support_intents();
  const Exemplars exemplars(embedder, intents, support_out_of_scope(), 0);
  Figures figures;
  for (const auto& [text, intent] : support_questions()) {
    const auto decision = classify(embedder, exemplars, text);
    if (decision.intent == Decision::kNone) continue;
    ++(intents[decision.intent].name == intent ? figures.right : figures.wrong);
  }
  for (const auto& text : support_chatter()) {
    const auto decision = classify(embedder, exemplars, text);
    if (decision.intent != Decision::kNone) ++figures.out_of_scope_taken;
  }
  return figures;
}

// Of 40 questions 39 are right and none is wrong, and 2 of 20 others are taken for one.
TEST(Exemplars, KnowQuestionsByTheirMeaning) {
  const auto figures = measure(*embed::StaticEmbedder::builtin());
  EXPECT_GE(figures.right, 38U);
  EXPECT_LE(figures.wrong, 0U);
  EXPECT_LE(figures.out_of_scope_taken, 3U);
}

// 33 right, 4 wrong, 15 of the others taken: without meaning, small talk is as near as anything.
TEST(Exemplars, KnowMostQuestionsByTheirSpelling) {
  const auto figures = measure(embed::LexicalEmbedder());
  EXPECT_GE(figures.right, 32U);
  EXPECT_LE(figures.wrong, 5U);
}

}  // namespace
}  // namespace tidegate::intent
