#include "processors/content_filter/rule_set.h"

#include <utility>

namespace tidegate::processors::content_filter {
namespace {

using patterns::Matcher;
using patterns::MatcherRule;

struct Rules {
  std::vector<MatcherRule> rules;
  std::vector<std::size_t> categories;

  void add(const Category& category, std::size_t index) {
    const auto take = [&](const std::vector<std::string>& texts, MatcherRule::Kind kind) {
      for (const auto& text : texts) {
        rules.push_back({text, kind, !category.match_case});
        categories.push_back(index);
      }
    };
    take(category.words, MatcherRule::Kind::kWords);
    take(category.parts, MatcherRule::Kind::kPart);
    take(category.patterns, MatcherRule::Kind::kExpression);
  }
};

}  // namespace

Result<RuleSet> RuleSet::make(const Config& config, Direction direction) {
  RuleSet set(config, direction);
  Rules enforced;
  Rules reported;
  for (std::size_t i = 0; i < config.categories.size(); ++i) {
    const auto action = set.action_of(i);
    if (action == Action::kIgnore) continue;
    (action == Action::kReport ? reported : enforced).add(config.categories[i], i);
  }
  const Matcher::Limits limits{.max_match_bytes = static_cast<std::size_t>(config.max_held_bytes)};
  if (!enforced.rules.empty()) {
    TIDEGATE_TRY(made, Matcher::compile(enforced.rules, limits));
    set.enforced_.emplace(std::move(made));
  }
  if (!reported.rules.empty()) {
    TIDEGATE_TRY(made, Matcher::compile(reported.rules, limits));
    set.reported_.emplace(std::move(made));
  }
  set.enforced_categories_ = std::move(enforced.categories);
  set.reported_categories_ = std::move(reported.categories);
  return set;
}

Action RuleSet::action_of(std::size_t category) const {
  const auto& one = config_->categories[category];
  return direction_ == Direction::kRequest ? one.request : one.response;
}

std::size_t RuleSet::size_bytes() const {
  return (enforced_ ? enforced_->size_bytes() : 0) + (reported_ ? reported_->size_bytes() : 0);
}

}  // namespace tidegate::processors::content_filter
