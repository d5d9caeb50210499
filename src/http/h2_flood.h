// Bounds how often a peer may do what costs us more than it: stream resets (CVE-2023-44487,
// CVE-2025-8671), pings, settings, empty frames.
//
// A token bucket: `burst` at once, `per_second` in the long run. Thread: owner only.
#pragma once

#include <chrono>
#include <cstdint>

#include "base/clock.h"

namespace tidegate::http {

struct RateLimit {
  std::uint32_t burst;
  std::uint32_t per_second;
};

class RateBucket {
 public:
  explicit RateBucket(RateLimit limit) : limit_(limit), tokens_(limit.burst) {}

  // Takes one. False when there was none: the peer is over the limit.
  bool take(SteadyTime now);

 private:
  RateLimit limit_;
  std::uint32_t tokens_;
  SteadyTime refilled_{};  // of the last whole token
};

}  // namespace tidegate::http
