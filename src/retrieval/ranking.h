// Numbered things in the order of their scores, and two such orders made one.
// Thread: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tidegate::retrieval {

struct Ranked {
  std::uint32_t number = 0;
  double score = 0;
};

// Keeps the best `count`, best first; of equals the lower number first.
void keep_best(std::vector<Ranked>& all, std::size_t count);

// Puts orders together by ranks alone, so that scores of different kinds need no common measure:
// each gives 1 / (60 + rank). Best first.
// Source: Cormack, Clarke and Buettcher, Reciprocal Rank Fusion outperforms Condorcet and
// individual Rank Learning Methods (SIGIR 2009).
std::vector<Ranked> fuse(std::span<const std::vector<Ranked>> orders);

}  // namespace tidegate::retrieval
