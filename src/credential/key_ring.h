// Several API keys for one backend: which of them goes next, and which rest.
//
// One key is used until the upstream refuses it, so that caches tied to a key stay warm. 429 is
// passing: the key rests as long as the upstream says, or briefly. 401 and 402 mean that the key
// itself is bad or out of money: it rests long, and a changed Secret makes a new ring. (403 is
// about what was asked for as often as about the key.) When all rest, the one that is ready first
// goes. Thread: the worker's.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/clock.h"

namespace tidegate::credential {

class KeyRing {
 public:
  static constexpr std::chrono::seconds kTransientRest{20};
  static constexpr std::chrono::seconds kMaxTransientRest{600};
  static constexpr std::chrono::seconds kPermanentRest{600};

  // REQUIRES: size > 0.
  explicit KeyRing(std::size_t size) : ready_at_(size) {}

  // The key to use now.
  std::size_t choose(SteadyTime now);
  // What the upstream answered to a request with this key. True when another key is ready.
  bool on_answer(std::size_t key, std::uint16_t status,
                 std::optional<std::chrono::seconds> retry_after, SteadyTime now);
  std::size_t size() const { return ready_at_.size(); }

 private:
  std::vector<SteadyTime> ready_at_;
  std::size_t current_ = 0;
};

}  // namespace tidegate::credential
