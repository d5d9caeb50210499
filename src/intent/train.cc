#include "intent/train.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <span>
#include <utility>

#include "intent/threshold.h"

namespace tidegate::intent {
namespace {

struct Sample {
  std::vector<Feature> features;
  std::vector<float> vector;
  std::size_t label = 0;
};

// A matrix of weights with the squares of what has changed each.
class Learner {
 public:
  Learner(std::vector<float>& weights, std::size_t classes, float rate)
      : weights_(weights), squares_(weights.size(), kFirst), classes_(classes), rate_(rate) {}

  void step(std::size_t row, float value, std::span<const float> slope) {
    for (std::size_t at = 0; at < classes_; ++at) {
      const float change = value * slope[at];
      float& square = squares_[row * classes_ + at];
      square += change * change;
      weights_[row * classes_ + at] -= rate_ * change / std::sqrt(square);
    }
  }

 private:
  static constexpr float kFirst = 0.01F;
  std::vector<float>& weights_;
  std::vector<float> squares_;
  std::size_t classes_;
  float rate_;
};

// std::shuffle may differ between libraries; this does not.
void shuffle(std::vector<std::size_t>& order, std::mt19937_64& random) {
  for (std::size_t at = order.size(); at > 1; --at) std::swap(order[at - 1], order[random() % at]);
}

void fit(LinearWeights& weights, std::span<const Sample> samples, std::vector<std::size_t> order,
         const Training& training) {
  const std::size_t classes = weights.classes();
  weights.buckets.assign(kBuckets * classes, 0);
  weights.vector.assign(weights.dimension * classes, 0);
  weights.bias.assign(classes, 0);
  Learner buckets(weights.buckets, classes, training.rate);
  Learner vector(weights.vector, classes, training.rate);
  Learner bias(weights.bias, classes, training.rate);
  std::mt19937_64 random(training.seed);
  std::vector<float> slope(classes);
  for (std::size_t epoch = 0; epoch < training.epochs; ++epoch) {
    shuffle(order, random);
    for (const std::size_t at : order) {
      const Sample& sample = samples[at];
      predict(weights, sample.features, sample.vector, slope);
      slope[sample.label] -= 1;
      for (const Feature& one : sample.features) buckets.step(one.bucket, one.value, slope);
      for (std::size_t i = 0; i < sample.vector.size(); ++i)
        vector.step(i, sample.vector[i], slope);
      bias.step(0, 1, slope);
    }
  }
}

void fit_thresholds(LinearWeights& weights, std::span<const Sample> samples,
                    const Training& training) {
  const std::size_t intents = weights.intents.size();
  std::vector<std::vector<float>> own(intents);
  std::vector<std::vector<float>> foreign(intents);
  std::vector<float> chances(weights.classes());
  LinearWeights part = weights;
  for (std::size_t fold = 0; fold < training.folds; ++fold) {
    std::vector<std::size_t> rest;
    for (std::size_t at = 0; at < samples.size(); ++at) {
      if (at % training.folds != fold) rest.push_back(at);
    }
    fit(part, samples, rest, training);
    for (std::size_t at = fold; at < samples.size(); at += training.folds) {
      predict(part, samples[at].features, samples[at].vector, chances);
      for (std::size_t intent = 0; intent < intents; ++intent) {
        (samples[at].label == intent ? own : foreign)[intent].push_back(chances[intent]);
      }
    }
  }
  for (std::size_t intent = 0; intent < intents; ++intent) {
    weights.thresholds.push_back(fit_threshold(own[intent], foreign[intent]));
  }
}

}  // namespace

LinearWeights train(const std::vector<Labeled>& texts, const embed::Embedder& embedder,
                    const Training& training) {
  LinearWeights weights;
  weights.dimension = embedder.dimension();
  for (const Labeled& one : texts) {
    if (!one.intent.empty()) weights.intents.push_back(one.intent);
  }
  std::ranges::sort(weights.intents);
  const auto rest = std::ranges::unique(weights.intents);
  weights.intents.erase(rest.begin(), rest.end());

  std::vector<Sample> samples(texts.size());
  for (std::size_t at = 0; at < texts.size(); ++at) {
    Sample& sample = samples[at];
    extract_features(texts[at].text, sample.features);
    sample.vector.resize(weights.dimension);
    embed::embed_one(embedder, texts[at].text, sample.vector);
    const auto found = std::ranges::lower_bound(weights.intents, texts[at].intent);
    sample.label = texts[at].intent.empty()
                       ? weights.intents.size()
                       : static_cast<std::size_t>(found - weights.intents.begin());
  }
  // By intents, so that each fold has something of each.
  std::vector<std::size_t> order(samples.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::sort(order, {}, [&](std::size_t at) { return std::pair(samples[at].label, at); });
  std::vector<Sample> dealt;
  for (const std::size_t at : order) dealt.push_back(std::move(samples[at]));

  std::iota(order.begin(), order.end(), 0);
  fit_thresholds(weights, dealt, training);
  fit(weights, dealt, order, training);
  return weights;
}

}  // namespace tidegate::intent
