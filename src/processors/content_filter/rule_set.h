// The categories that count in one direction, compiled: what is redacted or blocked, and apart from
// it what is only reported, so that the one never hides the other.   Thread: immutable.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "patterns/matcher.h"
#include "processors/content_filter/config.h"

namespace tidegate::processors::content_filter {

enum class Direction : std::uint8_t { kRequest, kResponse };

class RuleSet {
 public:
  // `config` outlives the object. Errors, kInvalidConfig: the rules together are too complex.
  static Result<RuleSet> make(const Config& config, Direction direction);

  bool empty() const { return !enforced_ && !reported_; }
  // Null: no such rule.
  const patterns::Matcher* enforced() const { return enforced_ ? &*enforced_ : nullptr; }
  const patterns::Matcher* reported() const { return reported_ ? &*reported_ : nullptr; }
  // The category of a rule: its position in the configuration.
  std::size_t category_of_enforced(std::uint32_t rule) const { return enforced_categories_[rule]; }
  std::size_t category_of_reported(std::uint32_t rule) const { return reported_categories_[rule]; }
  Action action_of(std::size_t category) const;
  const Category& category(std::size_t index) const { return config_->categories[index]; }
  std::size_t size_bytes() const;

 private:
  RuleSet(const Config& config, Direction direction) : config_(&config), direction_(direction) {}

  const Config* config_;
  Direction direction_;
  std::optional<patterns::Matcher> enforced_;
  std::optional<patterns::Matcher> reported_;
  std::vector<std::size_t> enforced_categories_;  // by rule
  std::vector<std::size_t> reported_categories_;
};

}  // namespace tidegate::processors::content_filter
