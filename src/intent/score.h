// How well texts are told apart, intent by intent.   Thread: plain values, pure functions.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "intent/decision.h"
#include "intent/labeled_texts.h"
#include "intent/linear_model.h"

namespace tidegate::intent {

// What became of the texts of one intent, and whose texts were taken for it.
struct IntentScore {
  std::size_t texts = 0;
  std::size_t right = 0;
  std::size_t abstained = 0;  // the rest was taken for another intent
  std::size_t taken = 0;      // texts of others, or of none, that were taken for this one
  std::size_t mistaken() const { return texts - right - abstained; }
  friend bool operator==(const IntentScore&, const IntentScore&) = default;
};

// Scores of the intents, in the model's order, and behind them that of what is none of them, where
// abstaining is right.
class ScoreBoard {
 public:
  explicit ScoreBoard(std::size_t intents) : scores_(intents + 1) {}
  // `label` is the number of intents for none.
  void add(std::size_t label, const Decision& decision);
  const std::vector<IntentScore>& scores() const { return scores_; }

 private:
  std::vector<IntentScore> scores_;
};

// Judges texts by a model. Texts of intents that the model does not have count as none of them.
std::vector<IntentScore> evaluate(const LinearModel& model, std::span<const Labeled> texts);

}  // namespace tidegate::intent
