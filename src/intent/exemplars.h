// What somebody wants, by its likeness to examples: the intent whose examples are nearest, if they
// are near enough.
//
// How near that is, is fitted for each intent on the examples themselves: every one is judged as if
// it were not there, and the threshold is put where the intent's own are best told from all others.
// Thread: immutable.
// Source: the per-route thresholds of semantic-router (Aurelio, 2024), which its authors found to
// matter more than the choice of the model.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "embed/embedder.h"
#include "intent/decision.h"

namespace tidegate::intent {

struct Intent {
  std::string name;
  std::vector<std::string> examples;  // one at least
  std::optional<float> threshold;     // instead of a fitted one
};

class Exemplars {
 public:
  // `out_of_scope`: texts that are none of the intents, which compete with them.
  // `margin`: how much nearer the best intent must be than the second.
  Exemplars(const embed::Embedder& embedder, std::span<const Intent> intents,
            std::span<const std::string> out_of_scope, float margin);

  // `vector`: of the same embedder.
  Decision classify(std::span<const float> vector) const;

  std::size_t dimension() const { return dimension_; }
  float threshold(std::size_t intent) const { return groups_[intent].threshold; }

 private:
  // The examples of an intent, or those out of scope, which come last.
  struct Group {
    std::size_t first = 0;
    std::size_t count = 0;
    float threshold = 0;
    std::vector<float> sum;  // of its vectors
  };
  static constexpr std::size_t kNobody = SIZE_MAX;

  std::span<const float> example(std::size_t at) const {
    return std::span(vectors_).subspan(at * dimension_, dimension_);
  }
  void add_group(const embed::Embedder& embedder, std::span<const std::string> examples);
  float score(const Group& group, std::span<const float> vector, std::size_t without) const;
  float fit(std::size_t group) const;

  std::size_t dimension_;
  float margin_;
  std::size_t intents_;
  std::vector<float> vectors_;
  std::vector<Group> groups_;
};

}  // namespace tidegate::intent
