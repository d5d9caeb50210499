#include "l4/choose_backend.h"

namespace tidegate::l4 {

const config::WeightedBackend* choose_weighted(std::span<const config::WeightedBackend> backends,
                                               std::uint64_t random) {
  std::uint64_t total = 0;
  for (const auto& backend : backends) total += backend.weight;
  if (total == 0) return nullptr;
  __extension__ using Wide = unsigned __int128;
  auto point = static_cast<std::uint64_t>((static_cast<Wide>(random) * total) >> 64);
  for (const auto& backend : backends) {
    if (point < backend.weight) return &backend;
    point -= backend.weight;
  }
  return nullptr;  // not reached: point < total
}

}  // namespace tidegate::l4
