// A latency histogram with constant relative error: 128 linear buckets for each power of two of
// nanoseconds, so a quantile is at most 0.8 % above the true value. Recording costs a few
// instructions and no memory.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "bench/load/instant.h"

namespace tidegate::bench {

class Histogram {
 public:
  // Negative durations count as zero; durations over 18 minutes count as 18 minutes.
  void record(Duration value);

  std::uint64_t count() const { return count_; }
  Duration max() const { return max_; }

  // The smallest bucket bound that at least `share` (0..1) of the values do not exceed; zero when
  // empty.
  Duration quantile(double share) const;

 private:
  static constexpr int kSubBits = 7;
  static constexpr int kTopBit = 40;  // 2^40 ns = 18 minutes
  static constexpr std::size_t kBuckets = std::size_t{kTopBit - kSubBits + 2} << kSubBits;

  static std::size_t index_of(std::uint64_t nanoseconds);
  static std::uint64_t upper_bound_of(std::size_t index);

  std::array<std::uint64_t, kBuckets> buckets_{};
  std::uint64_t count_ = 0;
  Duration max_{0};
};

}  // namespace tidegate::bench
