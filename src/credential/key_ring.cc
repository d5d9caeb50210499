#include "credential/key_ring.h"

#include <algorithm>

namespace tidegate::credential {

std::size_t KeyRing::choose(SteadyTime now) {
  for (std::size_t i = 0; i < size(); ++i) {
    const std::size_t key = (current_ + i) % size();
    if (ready_at_[key] > now) continue;
    current_ = key;
    return key;
  }
  const auto first = std::ranges::min_element(ready_at_);
  return static_cast<std::size_t>(first - ready_at_.begin());
}

bool KeyRing::on_answer(std::size_t key, std::uint16_t status,
                        std::optional<std::chrono::seconds> retry_after, SteadyTime now) {
  const bool permanent = status == 401 || status == 402;
  if (!permanent && status != 429) return false;
  const auto asked =
      std::clamp(retry_after.value_or(kTransientRest), std::chrono::seconds(1), kMaxTransientRest);
  ready_at_[key] = now + (permanent ? kPermanentRest : asked);
  return std::ranges::any_of(ready_at_, [now](SteadyTime ready) { return ready <= now; });
}

}  // namespace tidegate::credential
