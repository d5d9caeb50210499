#include "guard/policy.h"

#include <algorithm>

namespace tidegate::guard {
namespace {

struct Counted {
  const Rule* rule;
  int points;
};

}  // namespace

bool names_rule(std::span<const std::string> list, const Rule& rule) {
  return std::ranges::any_of(list, [&](std::string_view one) {
    if (one.ends_with(".*")) return rule.id.starts_with(one.substr(0, one.size() - 1));
    return one == rule.id || one == rule.category;
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
  for (const auto& one : counted) {
    score.rules.push_back(one.rule);
    add(one.rule->category, one.points);
  }
  if (!disguised.empty()) add(disguised, policy.disguise_points * 100);
  return score;
}

}  // namespace tidegate::guard
