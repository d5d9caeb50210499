// Time as a dependency: everything that waits or measures asks a Clock, so tests decide what time
// it is.
#pragma once

#include <chrono>

namespace tidegate {

using SteadyTime = std::chrono::steady_clock::time_point;
using WallTime = std::chrono::system_clock::time_point;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual SteadyTime steady_now() const = 0;  // for durations and deadlines
  virtual WallTime wall_now() const = 0;      // for logs and certificates
};

// The machine's clocks. Thread: any.
class SystemClock final : public Clock {
 public:
  SteadyTime steady_now() const override { return std::chrono::steady_clock::now(); }
  WallTime wall_now() const override { return std::chrono::system_clock::now(); }
};

}  // namespace tidegate
