#include "processors/semantic_router/classifier.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/utf8.h"
#include "embed/words.h"
#include "intent/weights_file.h"
#include "processors/embeddings.h"

namespace tidegate::processors::semantic_router {
namespace {

// Folded words with blanks around each, so that a phrase is found at the borders of words.
std::string fold(std::string_view text) {
  std::string out = " ";
  embed::Words words(text);
  embed::Word word;
  while (words.next(word)) (out += word.text) += ' ';
  return out;
}

std::size_t count_characters(std::string_view text) {
  const auto begins = [](char c) { return !is_continuation(c); };
  return static_cast<std::size_t>(std::ranges::count_if(text, begins));
}

// Both ends of a long text: what is wanted stands before or after what it is about.
std::string_view cut_middle(std::string_view text, std::size_t most, std::string& space) {
  if (text.size() <= most) return text;
  space.assign(text.substr(0, most / 2));
  space += ' ';
  space += text.substr(text.size() - most / 2);
  return space;
}

}  // namespace

Result<std::unique_ptr<const Classifier>> Classifier::make(const Config& config) {
  TIDEGATE_TRY(embedder, make_embedder(config.embeddings));
  auto classifier = std::make_unique<Classifier>(config, std::move(embedder));
  if (!config.trained_file.empty()) TIDEGATE_TRY_VOID(classifier->load_trained());
  return classifier;
}

Classifier::Classifier(const Config& config, std::unique_ptr<const embed::Embedder> embedder)
    : config_(config), embedder_(std::move(embedder)) {
  for (const Rule& rule : config.rules) {
    auto& folded = keywords_.emplace_back();
    for (const std::string& keyword : rule.keywords) folded.push_back(fold(keyword));
  }
  if (config.trained_file.empty()) take_examples();
}

void Classifier::take_examples() {
  std::vector<intent::Intent> with_examples;
  for (std::size_t at = 0; at < config_.intents.size(); ++at) {
    if (config_.intents[at].examples.empty()) continue;
    positions_.push_back(at);
    with_examples.push_back(config_.intents[at]);
  }
  if (with_examples.empty()) return;
  exemplars_ = std::make_unique<const intent::Exemplars>(
      *embedder_, with_examples, config_.out_of_scope, static_cast<float>(config_.margin));
}

Result<void> Classifier::load_trained() {
  const auto refuse = [this](std::string_view why) {
    return fail(ErrorCode::kInvalidConfig, Origin::kInternal,
                fmt::format("{}: {}", config_.trained_file, why));
  };
  TIDEGATE_TRY(weights, intent::open_weights(config_.trained_file));
  if (weights.embedder != embedder_->id()) {
    return refuse(fmt::format("was trained with the embeddings {}, not {}", weights.embedder,
                              embedder_->id()));
  }
  for (const std::string& name : weights.intents) {
    const auto found = std::ranges::find(config_.intents, name, &intent::Intent::name);
    positions_.push_back(found == config_.intents.end()
                             ? intent::Decision::kNone
                             : static_cast<std::size_t>(found - config_.intents.begin()));
  }
  for (std::size_t at = 0; at < config_.intents.size(); ++at) {
    const auto has_rule = [at](const Rule& rule) { return rule.intent == at; };
    if (std::ranges::find(positions_, at) == positions_.end() &&
        std::ranges::none_of(config_.rules, has_rule)) {
      return refuse(fmt::format("knows no intent \"{}\"", config_.intents[at].name));
    }
  }
  trained_ = std::make_unique<const intent::LinearModel>(std::move(weights), *embedder_);
  return {};
}

bool Classifier::holds(std::size_t rule, std::string_view folded, std::size_t characters) const {
  const Rule& one = config_.rules[rule];
  if (one.min_characters && characters < *one.min_characters) return false;
  if (one.max_characters && characters > *one.max_characters) return false;
  const auto& keywords = keywords_[rule];
  return keywords.empty() || std::ranges::any_of(keywords, [&](const std::string& keyword) {
           return folded.find(keyword) != folded.npos;
         });
}

Judgement Classifier::judge(std::string_view text) const {
  Judgement judgement;
  intent::Decision& decision = judgement.decision;
  std::string space;
  const std::string_view part = cut_middle(text, config_.max_bytes, space);
  if (!config_.rules.empty()) {
    const std::string folded = fold(part);
    const std::size_t characters = count_characters(text);
    for (std::size_t rule = 0; rule < config_.rules.size(); ++rule) {
      if (!holds(rule, folded, characters)) continue;
      decision.intent = decision.nearest = config_.rules[rule].intent;
      decision.score = 1;
      judgement.by_rule = true;
      return judgement;
    }
  }
  if (trained_) {
    decision = trained_->classify(part);
  } else if (exemplars_) {
    std::vector<float> vector(embedder_->dimension());
    embed::embed_one(*embedder_, part, vector);
    decision = exemplars_->classify(vector);
  }
  const auto to_config = [&](std::size_t& at) {
    if (at != intent::Decision::kNone) at = positions_[at];
  };
  to_config(decision.intent);
  to_config(decision.nearest);
  return judgement;
}

}  // namespace tidegate::processors::semantic_router
