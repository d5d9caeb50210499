#include "intent/linear_model.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/check.h"

namespace tidegate::intent {
namespace {

void add_row(std::span<const float> matrix, std::size_t row, float by, std::span<float> out) {
  const float* from = matrix.data() + row * out.size();
  for (std::size_t at = 0; at < out.size(); ++at) out[at] += by * from[at];
}

}  // namespace

void predict(const LinearWeights& weights, std::span<const Feature> features,
             std::span<const float> vector, std::span<float> out) {
  TIDEGATE_DCHECK(out.size() == weights.classes() && vector.size() == weights.dimension);
  std::ranges::copy(weights.bias, out.begin());
  for (const Feature& one : features) add_row(weights.buckets, one.bucket, one.value, out);
  for (std::size_t at = 0; at < vector.size(); ++at) add_row(weights.vector, at, vector[at], out);
  const float most = std::ranges::max(out);
  float sum = 0;
  for (float& one : out) sum += one = std::exp(one - most);
  for (float& one : out) one /= sum;
}

Decision decide(const LinearWeights& weights, std::span<const float> chances) {
  Decision decision;
  const auto best = static_cast<std::size_t>(std::ranges::max_element(chances) - chances.begin());
  float second = 0;
  for (std::size_t at = 0; at < chances.size(); ++at) {
    if (at != best) second = std::max(second, chances[at]);
  }
  decision.score = chances[best];
  decision.margin = decision.score - second;
  if (best == weights.intents.size()) return decision;
  decision.nearest = best;
  if (decision.score >= weights.thresholds[best]) decision.intent = best;
  return decision;
}

LinearModel::LinearModel(LinearWeights weights, const embed::Embedder& embedder)
    : weights_(std::move(weights)), embedder_(embedder) {
  TIDEGATE_CHECK(embedder.id() == weights_.embedder && embedder.dimension() == weights_.dimension);
}

Decision LinearModel::classify(std::string_view text) const {
  std::vector<Feature> features;
  extract_features(text, features);
  if (features.empty()) return {};
  std::vector<float> vector(weights_.dimension);
  embed::embed_one(embedder_, text, vector);
  std::vector<float> chances(weights_.classes());
  predict(weights_, features, vector, chances);
  return decide(weights_, chances);
}

}  // namespace tidegate::intent
