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
  if (config.embeddings.type == Embeddings::Type::kBackend) {
    return std::make_unique<const Classifier>(config, nullptr);
  }
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
  for (std::size_t at = 0; at < config_.intents.size(); ++at) {
    if (config_.intents[at].examples.empty()) continue;
    positions_.push_back(at);
    with_examples_.push_back(config_.intents[at]);
  }
  if (!with_examples_.empty() && embedder_ != nullptr) exemplars_ = exemplars_by(*embedder_);
}

std::unique_ptr<const intent::Exemplars> Classifier::exemplars_by(
    const embed::Embedder& embedder) const {
  return std::make_unique<const intent::Exemplars>(embedder, with_examples_, config_.out_of_scope,
                                                   static_cast<float>(config_.margin));
}

std::vector<std::string_view> Classifier::examples() const {
  std::vector<std::string_view> all;
  for (const intent::Intent& one : with_examples_) {
    all.insert(all.end(), one.examples.begin(), one.examples.end());
  }
  if (!all.empty()) all.insert(all.end(), config_.out_of_scope.begin(), config_.out_of_scope.end());
  return all;
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

std::string_view Classifier::part_of(std::string_view text, std::string& space) const {
  return cut_middle(text, config_.max_bytes, space);
}

std::optional<Judgement> Classifier::judge_by_rules(std::string_view text) const {
  if (config_.rules.empty()) return std::nullopt;
  std::string space;
  const std::string folded = fold(part_of(text, space));
  const std::size_t characters = count_characters(text);
  for (std::size_t rule = 0; rule < config_.rules.size(); ++rule) {
    if (!holds(rule, folded, characters)) continue;
    Judgement judgement;
    judgement.decision.intent = judgement.decision.nearest = config_.rules[rule].intent;
    judgement.decision.score = 1;
    judgement.by_rule = true;
    return judgement;
  }
  return std::nullopt;
}

Judgement Classifier::judge_by(const intent::Exemplars& examples,
                               std::span<const float> vector) const {
  return to_config(examples.classify(vector));
}

// With the positions of the configuration's intents.
Judgement Classifier::to_config(intent::Decision decision) const {
  for (std::size_t* at : {&decision.intent, &decision.nearest}) {
    if (*at != intent::Decision::kNone) *at = positions_[*at];
  }
  Judgement judgement;
  judgement.decision = decision;
  return judgement;
}

Judgement Classifier::judge(std::string_view text) const {
  if (const auto decided = judge_by_rules(text)) return *decided;
  std::string space;
  const std::string_view part = part_of(text, space);
  if (trained_) return to_config(trained_->classify(part));
  if (!exemplars_) return Judgement();
  std::vector<float> vector(embedder_->dimension());
  embed::embed_one(*embedder_, part, vector);
  return judge_by(*exemplars_, vector);
}

}  // namespace tidegate::processors::semantic_router
