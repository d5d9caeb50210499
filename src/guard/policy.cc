#include "guard/policy.h"

#include <fmt/format.h>

#include <algorithm>

namespace tidegate::guard {
namespace {

struct Counted {
  const Rule* rule;
  int points;
};

// Rules, and categories, that are named.
constexpr std::size_t kMaxNamed = 16;

}  // namespace

std::string describe(const Score& score) {
  std::string out = fmt::format("score={}.{:02}", score.points / 100, score.points % 100);
  if (score.turns != 0) out += fmt::format("; turns={}", score.turns);
  for (std::size_t i = 0; i < std::min(score.categories.size(), kMaxNamed); ++i) {
    const auto& [category, points] = score.categories[i];
    out += fmt::format("{}{}:{}.{:02}", i == 0 ? "; categories=" : ",", category, points / 100,
                       points % 100);
  }
  const auto list = [&out](std::string_view name, const auto& rules) {
    if (rules.empty()) return;
    out += fmt::format("; {}=", name);
    for (std::size_t i = 0; i < std::min(rules.size(), kMaxNamed); ++i) {
      out += fmt::format("{}{}", i == 0 ? "" : ",", rules[i]->id);
    }
  };
  list("rules", score.rules);
  list("shadow", score.shadow);
  return out;
}

bool names_rule(std::span<const std::string> list, const Rule& rule) {
  return std::ranges::any_of(list, [&](std::string_view one) {
    if (one.ends_with(".*")) return rule.id.starts_with(one.substr(0, one.size() - 1));
    return one == rule.id || one == rule.category ||
           std::ranges::find(rule.tags, one) != rule.tags.end();
  });
}

Score add_up(std::span<const Hit> hits, const Policy& policy) {
  Score score;
  std::vector<Counted> counted;
  std::string_view disguised;  // category of what was
  for (const auto& hit : hits) {
    if (!hit.counts) {
      if (std::ranges::find(score.shadow, hit.rule) == score.shadow.end())
        score.shadow.push_back(hit.rule);
      continue;
    }
    const int points = hit.rule->points() * policy.weights[static_cast<std::size_t>(hit.channel)];
    if (hit.disguise != Disguise::kNone && disguised.empty()) disguised = hit.rule->category;
    const auto known = std::ranges::find(counted, hit.rule, &Counted::rule);
    if (known == counted.end()) {
      counted.push_back({hit.rule, points});
    } else {
      known->points = std::max(known->points, points);
    }
  }
  const auto add = [&score](std::string_view category, int points) {
    auto known = std::ranges::find(score.categories, category, &CategoryScore::category);
    if (known == score.categories.end()) {
      score.categories.push_back({category, 0});
      known = score.categories.end() - 1;
    }
    known->points += points;
    score.points += points;
  };
  int soft = policy.soft_points * 100;
  for (const auto& one : counted) {
    score.rules.push_back(one.rule);
    const int points = one.rule->soft ? std::min(one.points, soft) : one.points;
    if (one.rule->soft) soft -= points;
    add(one.rule->category, points);
  }
  if (!disguised.empty()) add(disguised, policy.disguise_points * 100);
  return score;
}

}  // namespace tidegate::guard
