// Which requests are mirrored.   Source: Gateway API v1.6.1, HTTPRequestMirrorFilter.
#pragma once

#include <cstdint>

#include "config/filters.h"

namespace tidegate::route {

// Whether a copy of this request goes to the mirror's backend. `random` must be uniform over all
// 64-bit values, and fresh for each mirror of a rule, so that their shares are independent.
inline bool should_mirror(const config::Mirror& mirror, std::uint64_t random) {
  if (!mirror.backend || mirror.denominator == 0) return false;
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>((static_cast<Wide>(random) * mirror.denominator) >> 64) <
         mirror.numerator;
}

}  // namespace tidegate::route
