#include "retrieval/ranking.h"

#include <algorithm>

namespace tidegate::retrieval {
namespace {

constexpr double kRankConstant = 60;

bool is_better(const Ranked& a, const Ranked& b) {
  return a.score != b.score ? a.score > b.score : a.number < b.number;
}

}  // namespace

void keep_best(std::vector<Ranked>& all, std::size_t count) {
  count = std::min(count, all.size());
  const auto end = all.begin() + static_cast<std::ptrdiff_t>(count);
  std::partial_sort(all.begin(), end, all.end(), is_better);
  all.resize(count);
}

std::vector<Ranked> fuse(std::span<const std::vector<Ranked>> orders) {
  std::vector<Ranked> out;
  for (const auto& order : orders) {
    for (std::size_t rank = 0; rank < order.size(); ++rank) {
      const double points = 1 / (kRankConstant + static_cast<double>(rank + 1));
      const auto known = std::ranges::find(out, order[rank].number, &Ranked::number);
      if (known != out.end()) {
        known->score += points;
      } else {
        out.push_back({order[rank].number, points});
      }
    }
  }
  std::ranges::sort(out, is_better);
  return out;
}

}  // namespace tidegate::retrieval
