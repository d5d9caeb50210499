// How many tries after the first are made: a share of the requests of the last ten seconds, and a
// few per second in any case. When everything fails, the load on what is left grows by that share
// and no more.   Thread: one owner.   Source: Finagle, RetryBudget.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/clock.h"

namespace tidegate::upstream {

class RetryBudget {
 public:
  void note_request(SteadyTime now);
  // Takes one try out of the budget. False: it is used up.
  bool take(double ratio, std::uint32_t min_per_second, SteadyTime now);

 private:
  static constexpr std::size_t kSeconds = 10;
  struct Second {
    std::int64_t number = -1;
    std::uint32_t requests = 0;
    std::uint32_t retries = 0;
  };
  Second& at(SteadyTime now);

  std::array<Second, kSeconds> seconds_{};
};

}  // namespace tidegate::upstream
