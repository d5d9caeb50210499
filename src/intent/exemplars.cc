#include "intent/exemplars.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "intent/threshold.h"

namespace tidegate::intent {

Exemplars::Exemplars(const embed::Embedder& embedder, std::span<const Intent> intents,
                     std::span<const std::string> out_of_scope, float margin)
    : dimension_(embedder.dimension()), margin_(margin), intents_(intents.size()) {
  for (const Intent& one : intents) add_group(embedder, one.examples);
  if (!out_of_scope.empty()) add_group(embedder, out_of_scope);
  for (std::size_t at = 0; at < intents_; ++at) {
    groups_[at].threshold = intents[at].threshold ? *intents[at].threshold : fit(at);
  }
}

void Exemplars::add_group(const embed::Embedder& embedder, std::span<const std::string> examples) {
  Group group;
  group.first = vectors_.size() / dimension_;
  group.count = examples.size();
  group.sum.resize(dimension_);
  const std::vector<std::string_view> texts(examples.begin(), examples.end());
  vectors_.resize(vectors_.size() + texts.size() * dimension_);
  embedder.embed(texts, std::span(vectors_).subspan(group.first * dimension_));
  for (std::size_t at = group.first; at < group.first + group.count; ++at) {
    const auto vector = example(at);
    for (std::size_t i = 0; i < dimension_; ++i) group.sum[i] += vector[i];
  }
  groups_.push_back(std::move(group));
}

// The mean of two likenesses: to the nearest example, which knows unusual ways to say it, and to
// the middle of all, which does not fall for one odd example. `without`: an example that does not
// count.
float Exemplars::score(const Group& group, std::span<const float> vector,
                       std::size_t without) const {
  float nearest = -1;
  for (std::size_t at = group.first; at < group.first + group.count; ++at) {
    if (at != without) nearest = std::max(nearest, embed::dot(vector, example(at)));
  }
  std::span<const float> sum = group.sum;
  std::vector<float> others;
  if (without >= group.first && without < group.first + group.count) {
    others = group.sum;
    const auto own = example(without);
    for (std::size_t i = 0; i < dimension_; ++i) others[i] -= own[i];
    sum = others;
  }
  const float squared = embed::dot(sum, sum);
  const float middle = squared > 0 ? embed::dot(vector, sum) / std::sqrt(squared) : 0;
  return (nearest + middle) / 2;
}

float Exemplars::fit(std::size_t group) const {
  std::vector<float> own;
  std::vector<float> foreign;
  for (const Group& other : groups_) {
    const bool is_own = &other == &groups_[group];
    if (is_own && other.count == 1) continue;
    for (std::size_t at = other.first; at < other.first + other.count; ++at) {
      const float likeness = score(groups_[group], example(at), is_own ? at : kNobody);
      (is_own ? own : foreign).push_back(likeness);
    }
  }
  return fit_threshold(own, foreign);
}

Decision Exemplars::classify(std::span<const float> vector) const {
  TIDEGATE_DCHECK(vector.size() == dimension_);
  Decision decision;
  float second = -1;
  decision.score = -1;
  for (std::size_t at = 0; at < groups_.size(); ++at) {
    const float likeness = score(groups_[at], vector, kNobody);
    if (likeness > decision.score) {
      second = decision.score;
      decision.score = likeness;
      decision.nearest = at;
    } else {
      second = std::max(second, likeness);
    }
  }
  decision.margin = groups_.size() > 1 ? decision.score - second : decision.score;
  if (decision.nearest >= intents_) {
    decision.nearest = Decision::kNone;
  } else if (decision.score >= groups_[decision.nearest].threshold && decision.margin >= margin_) {
    decision.intent = decision.nearest;
  }
  return decision;
}

}  // namespace tidegate::intent
