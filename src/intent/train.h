// Training of a linear classifier from texts with their intents.   Thread: pure function.
// Source: multinomial logistic regression by Adagrad (Duchi et al., 2011).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "base/error.h"
#include "embed/embedder.h"
#include "intent/labeled_texts.h"
#include "intent/linear_model.h"
#include "intent/score.h"

namespace tidegate::intent {

// How many passes over the texts are done, of how many.
using Progress = std::function<void(std::size_t done, std::size_t all)>;

struct Training {
  std::size_t epochs = 20;
  std::size_t folds = 5;  // of what thresholds are fitted on
  float rate = 0.5F;
  std::uint64_t seed = 1;
  Progress progress = {};  // may be empty
};

struct Trained {
  LinearWeights weights;
  // Of each text by weights that have not seen it. Thresholds were fitted on these scores, so other
  // texts will do a little worse.
  std::vector<IntentScore> held_out;
};

// The same texts, embedder and training give the same weights. Intents are in alphabetical order.
// Thresholds are fitted on texts that the weights of their fold have not seen.
// Errors: kInvalidConfig: no or too many intents, one with fewer texts than folds, or nothing to
//         tell it from.
Result<Trained> train(const std::vector<Labeled>& texts, const embed::Embedder& embedder,
                      const Training& training);

}  // namespace tidegate::intent
