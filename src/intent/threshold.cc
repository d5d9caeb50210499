#include "intent/threshold.h"

#include <algorithm>
#include <cstddef>

namespace tidegate::intent {
namespace {

constexpr float kUsual = 0.6F;
constexpr float kAlone = 0.9F;

double rate_from(const std::vector<float>& sorted, float threshold) {
  const auto first = std::ranges::lower_bound(sorted, threshold);
  return static_cast<double>(sorted.end() - first) / static_cast<double>(sorted.size());
}

}  // namespace

float fit_threshold(std::vector<float> own, std::vector<float> foreign) {
  if (own.empty() && foreign.empty()) return kUsual;
  if (own.empty()) return (std::ranges::max(foreign) + 1) / 2;
  if (foreign.empty()) return std::ranges::min(own) * kAlone;
  std::ranges::sort(own);
  std::ranges::sort(foreign);
  // The best one is an own score: a higher one loses it, a lower one gains foreign ones at most.
  double best = -1;
  float at_best = own.front();
  for (const float candidate : own) {
    const double gain = rate_from(own, candidate) - rate_from(foreign, candidate);
    if (gain > best) {
      best = gain;
      at_best = candidate;
    }
  }
  const auto below = std::ranges::lower_bound(foreign, at_best);
  const float floor = below == foreign.begin() ? at_best * kAlone : *(below - 1);
  return (floor + at_best) / 2;
}

}  // namespace tidegate::intent
