#include "intent/train.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <span>
#include <string>
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

// Tells of passes over the texts, those of all folds and the last one's.
class Passes {
 public:
  explicit Passes(const Training& training)
      : progress_(training.progress), all_(training.epochs * (training.folds + 1)) {}
  void count() {
    ++done_;
    if (progress_) progress_(done_, all_);
  }

 private:
  const Progress& progress_;
  std::size_t all_;
  std::size_t done_ = 0;
};

void fit(LinearWeights& weights, std::span<const Sample> samples, std::vector<std::size_t> order,
         const Training& training, Passes& passes) {
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
    passes.count();
  }
}

// The probabilities of each sample, by weights that have not seen it.
std::vector<std::vector<float>> predict_held_out(const LinearWeights& weights,
                                                 std::span<const Sample> samples,
                                                 const Training& training, Passes& passes) {
  std::vector<std::vector<float>> chances(samples.size(), std::vector<float>(weights.classes()));
  LinearWeights part = weights;
  for (std::size_t fold = 0; fold < training.folds; ++fold) {
    std::vector<std::size_t> rest;
    for (std::size_t at = 0; at < samples.size(); ++at) {
      if (at % training.folds != fold) rest.push_back(at);
    }
    fit(part, samples, std::move(rest), training, passes);
    for (std::size_t at = fold; at < samples.size(); at += training.folds) {
      predict(part, samples[at].features, samples[at].vector, chances[at]);
    }
  }
  return chances;
}

std::vector<float> fit_thresholds(std::size_t intents, std::span<const Sample> samples,
                                  const std::vector<std::vector<float>>& chances) {
  std::vector<float> thresholds;
  for (std::size_t intent = 0; intent < intents; ++intent) {
    std::vector<float> own;
    std::vector<float> foreign;
    for (std::size_t at = 0; at < samples.size(); ++at) {
      (samples[at].label == intent ? own : foreign).push_back(chances[at][intent]);
    }
    thresholds.push_back(fit_threshold(std::move(own), std::move(foreign)));
  }
  return thresholds;
}

std::vector<std::string> find_intents(const std::vector<Labeled>& texts) {
  std::vector<std::string> intents;
  for (const Labeled& one : texts) {
    if (!one.intent.empty()) intents.push_back(one.intent);
  }
  std::ranges::sort(intents);
  const auto rest = std::ranges::unique(intents);
  intents.erase(rest.begin(), rest.end());
  return intents;
}

std::vector<Sample> make_samples(const std::vector<Labeled>& texts, const LinearWeights& weights,
                                 const embed::Embedder& embedder) {
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
  std::vector<Sample> sorted;
  for (const std::size_t at : order) sorted.push_back(std::move(samples[at]));
  return sorted;
}

Result<void> check(const LinearWeights& weights, std::span<const Sample> samples,
                   const Training& training) {
  const auto refuse = [](std::string why) {
    return fail(ErrorCode::kInvalidConfig, Origin::kInternal, std::move(why));
  };
  const std::size_t intents = weights.intents.size();
  if (intents == 0) return refuse("no text has an intent");
  if (intents > kMaxIntents) {
    return refuse(fmt::format("{} intents are more than {}", intents, kMaxIntents));
  }
  for (std::size_t intent = 0; intent < intents; ++intent) {
    const auto texts =
        static_cast<std::size_t>(std::ranges::count(samples, intent, &Sample::label));
    if (texts < training.folds) {
      return refuse(fmt::format("intent \"{}\" has {} texts and needs {}: one for each fold",
                                weights.intents[intent], texts, training.folds));
    }
  }
  if (intents == 1 && samples.back().label == 0) {
    return refuse("there is nothing to tell the only intent from: add texts without one");
  }
  return {};
}

}  // namespace

Result<Trained> train(const std::vector<Labeled>& texts, const embed::Embedder& embedder,
                      const Training& training) {
  Trained trained;
  LinearWeights& weights = trained.weights;
  weights.embedder = embedder.id();
  weights.dimension = embedder.dimension();
  weights.intents = find_intents(texts);
  const std::vector<Sample> samples = make_samples(texts, weights, embedder);
  TIDEGATE_TRY_VOID(check(weights, samples, training));

  Passes passes(training);
  const auto chances = predict_held_out(weights, samples, training, passes);
  weights.thresholds = fit_thresholds(weights.intents.size(), samples, chances);
  ScoreBoard board(weights.intents.size());
  for (std::size_t at = 0; at < samples.size(); ++at) {
    board.add(samples[at].label, decide(weights, chances[at]));
  }
  trained.held_out = board.scores();

  std::vector<std::size_t> order(samples.size());
  std::iota(order.begin(), order.end(), 0);
  fit(weights, samples, std::move(order), training, passes);
  return trained;
}

}  // namespace tidegate::intent
