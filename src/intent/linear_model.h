// A trained classifier of intents: a row of weights for each feature, a number per intent in it.
//
// The probabilities of all intents and of "none of them" add up to one; the best intent is taken
// where it reaches its own threshold.   Thread: immutable.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "embed/embedder.h"
#include "intent/decision.h"
#include "intent/features.h"

namespace tidegate::intent {

// As training leaves it.
struct LinearWeights {
  std::string embedder;  // Embedder::id() of that of the training
  std::vector<std::string> intents;
  std::size_t dimension = 0;      // of the vectors
  std::vector<float> buckets;     // [kBuckets][classes]: a class per intent, and the last for none
  std::vector<float> vector;      // [dimension][classes]
  std::vector<float> bias;        // [classes]
  std::vector<float> thresholds;  // of the intents
  std::size_t classes() const { return intents.size() + 1; }
  friend bool operator==(const LinearWeights&, const LinearWeights&) = default;
};

class LinearModel {
 public:
  // `embedder` outlives it, and is the one of the training.
  LinearModel(LinearWeights weights, const embed::Embedder& embedder);

  std::span<const std::string> intents() const { return weights_.intents; }
  Decision classify(std::string_view text) const;

 private:
  LinearWeights weights_;
  const embed::Embedder& embedder_;
};

// The probability of each class, in `out`, which has a place for each.
void predict(const LinearWeights& weights, std::span<const Feature> features,
             std::span<const float> vector, std::span<float> out);

// What comes of these probabilities.
Decision decide(const LinearWeights& weights, std::span<const float> chances);

}  // namespace tidegate::intent
