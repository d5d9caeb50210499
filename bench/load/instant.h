// The one clock of the load generator: CLOCK_MONOTONIC, so that instants written by `upstream` into
// SSE chunks can be compared by `load`, which is another process on the same machine.
#pragma once

#include <chrono>

namespace tidegate::bench {

using Clock = std::chrono::steady_clock;
using Instant = Clock::time_point;
using Duration = std::chrono::nanoseconds;

}  // namespace tidegate::bench
