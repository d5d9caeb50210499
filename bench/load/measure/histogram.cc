#include "bench/load/measure/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace tidegate::bench {

// Below 2^kSubBits the index is the value. Above, it is (exponent, the kSubBits bits after the
// leading one).
std::size_t Histogram::index_of(std::uint64_t nanoseconds) {
  const auto width = static_cast<int>(std::bit_width(nanoseconds));
  if (width <= kSubBits) return nanoseconds;
  const int shift = width - kSubBits - 1;
  const std::uint64_t mantissa = (nanoseconds >> shift) - (std::uint64_t{1} << kSubBits);
  return (static_cast<std::size_t>(shift + 1) << kSubBits) + mantissa;
}

std::uint64_t Histogram::upper_bound_of(std::size_t index) {
  const std::size_t row = index >> kSubBits;
  if (row == 0) return index;
  const std::uint64_t mantissa =
      (index & ((std::size_t{1} << kSubBits) - 1)) + (std::size_t{1} << kSubBits);
  return ((mantissa + 1) << (row - 1)) - 1;
}

void Histogram::record(Duration value) {
  constexpr std::int64_t kLongest = (std::int64_t{1} << kTopBit) - 1;
  const auto nanoseconds = std::clamp<std::int64_t>(value.count(), 0, kLongest);
  ++buckets_[index_of(static_cast<std::uint64_t>(nanoseconds))];
  ++count_;
  max_ = std::max(max_, Duration(nanoseconds));
}

Duration Histogram::quantile(double share) const {
  if (count_ == 0) return Duration(0);
  const auto wanted = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_)));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    seen += buckets_[i];
    if (seen >= wanted && seen > 0) {
      return std::min(max_, Duration(static_cast<std::int64_t>(upper_bound_of(i))));
    }
  }
  return max_;
}

}  // namespace tidegate::bench
