// Rules, and likeness or what was trained: the intent of a text.   Thread: immutable.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "embed/embedder.h"
#include "intent/exemplars.h"
#include "intent/linear_model.h"
#include "processors/semantic_router/config.h"

namespace tidegate::processors::semantic_router {

struct Judgement {
  intent::Decision decision;
  bool by_rule = false;
};

class Classifier {
 public:
  // `config` outlives it.  Errors: kInvalidConfig: a file cannot be used, does not fit
  // the embeddings, or lacks an intent.
  static Result<std::unique_ptr<const Classifier>> make(const Config& config);
  // `embedder`: null where a Backend embeds.
  Classifier(const Config& config, std::unique_ptr<const embed::Embedder> embedder);

  // REQUIRES: not where a Backend embeds.
  Judgement judge(std::string_view text) const;

  // The same in steps, for vectors of a Backend: a rule, if one decides; else the part of the text
  // that counts (in `space`, where it is made), and its likeness to the examples.
  std::optional<Judgement> judge_by_rules(std::string_view text) const;
  std::string_view part_of(std::string_view text, std::string& space) const;
  Judgement judge_by(const intent::Exemplars& examples, std::span<const float> vector) const;
  // The texts of all examples; empty: there are none, so that only rules decide.
  std::vector<std::string_view> examples() const;
  // REQUIRES: there are examples.
  std::unique_ptr<const intent::Exemplars> exemplars_by(const embed::Embedder& embedder) const;

 private:
  Result<void> load_trained();
  void take_examples();
  Judgement to_config(intent::Decision decision) const;
  bool holds(std::size_t rule, std::string_view folded, std::size_t characters) const;

  const Config& config_;
  const std::unique_ptr<const embed::Embedder> embedder_;
  std::vector<std::vector<std::string>> keywords_;  // of each rule, folded
  // Of the classifier's intents in the configuration; kNone: not there, which is as none of them.
  std::vector<std::size_t> positions_;
  std::vector<intent::Intent> with_examples_;
  std::unique_ptr<const intent::Exemplars> exemplars_;
  std::unique_ptr<const intent::LinearModel> trained_;  // instead
};

}  // namespace tidegate::processors::semantic_router
