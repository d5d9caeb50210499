// Training of a linear classifier from texts with their intents.   Thread: pure function.
// Source: multinomial logistic regression by Adagrad (Duchi et al., 2011).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "embed/embedder.h"
#include "intent/linear_model.h"

namespace tidegate::intent {

struct Labeled {
  std::string text;
  std::string intent;  // empty: none of them
};

struct Training {
  std::size_t epochs = 20;
  std::size_t folds = 5;  // of what thresholds are fitted on
  float rate = 0.5F;
  std::uint64_t seed = 1;
};

// The same texts, embedder and training give the same weights. Intents are in alphabetical order.
// Thresholds are fitted on texts that the weights of their fold have not seen.
LinearWeights train(const std::vector<Labeled>& texts, const embed::Embedder& embedder,
                    const Training& training);

}  // namespace tidegate::intent
