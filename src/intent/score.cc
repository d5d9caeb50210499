#include "intent/score.h"

#include <algorithm>

namespace tidegate::intent {

void ScoreBoard::add(std::size_t label, const Decision& decision) {
  const std::size_t none = scores_.size() - 1;
  IntentScore& own = scores_[label];
  ++own.texts;
  if (decision.intent == Decision::kNone) {
    ++(label == none ? own.right : own.abstained);
    return;
  }
  if (decision.intent == label) {
    ++own.right;
  } else {
    ++scores_[decision.intent].taken;
  }
}

std::vector<IntentScore> evaluate(const LinearModel& model, std::span<const Labeled> texts) {
  const auto intents = model.intents();
  ScoreBoard board(intents.size());
  for (const Labeled& one : texts) {
    const auto found = std::ranges::find(intents, one.intent);
    board.add(static_cast<std::size_t>(found - intents.begin()), model.classify(one.text));
  }
  return board.scores();
}

}  // namespace tidegate::intent
