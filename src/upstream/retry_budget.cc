#include "upstream/retry_budget.h"

#include <cstddef>

namespace tidegate::upstream {

RetryBudget::Second& RetryBudget::at(SteadyTime now) {
  const auto number =
      std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  Second& second = seconds_[static_cast<std::size_t>(number) % kSeconds];
  if (second.number != number) second = Second{number, 0, 0};
  return second;
}

void RetryBudget::note_request(SteadyTime now) { ++at(now).requests; }

bool RetryBudget::take(double ratio, std::uint32_t min_per_second, SteadyTime now) {
  Second& current = at(now);
  if (current.retries < min_per_second) {
    ++current.retries;
    return true;
  }
  const std::int64_t oldest = current.number - static_cast<std::int64_t>(kSeconds) + 1;
  std::uint64_t requests = 0;
  std::uint64_t retries = 0;
  for (const Second& second : seconds_) {
    if (second.number < oldest) continue;
    requests += second.requests;
    retries += second.retries;
  }
  if (static_cast<double>(retries + 1) > ratio * static_cast<double>(requests)) return false;
  ++current.retries;
  return true;
}

}  // namespace tidegate::upstream
