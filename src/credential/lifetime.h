// When a token may be used and when its replacement should be fetched.   Thread: values.
#pragma once

#include <algorithm>
#include <chrono>

#include "base/clock.h"
#include "credential/material.h"

namespace tidegate::credential {

// A token is not used within this time of its expiry, since clocks differ and requests travel; less
// for tokens that live less than ten times as long.
inline constexpr std::chrono::seconds kMaxSkew{30};
// A replacement is due after this part of the lifetime ...
inline constexpr int kRefreshPercent = 75;
// ... but not sooner than this after the last one: a metadata server hands out the same token until
// shortly before its end.
inline constexpr std::chrono::seconds kMinRefreshInterval{5};

struct Lifetime {
  Lifetime() = default;
  Lifetime(const Material& material, WallTime now) : fetched(now) {
    if (!material.expires) return;
    const auto life = std::max(*material.expires - now, WallTime::duration::zero());
    usable_until = *material.expires - std::min<WallTime::duration>(kMaxSkew, life / 10);
    refresh_at = std::max(now + life / 100 * kRefreshPercent, now + kMinRefreshInterval);
  }

  bool is_usable(WallTime now) const { return now < usable_until; }
  bool is_refresh_due(WallTime now) const { return now >= refresh_at; }

  WallTime fetched{};
  WallTime usable_until = WallTime::max();
  WallTime refresh_at = WallTime::max();
};

}  // namespace tidegate::credential
