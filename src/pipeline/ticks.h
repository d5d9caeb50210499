// A counter of the processor that is cheap to read and goes on at one pace: what many steps take is
// measured by it, and turned into time by two readings of the clock around all of them.
// Thread: any.
#pragma once

#include <chrono>
#include <cstdint>

namespace tidegate::pipeline {

inline std::uint64_t read_ticks() {
#if defined(__x86_64__)
  return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
  std::uint64_t ticks = 0;
  asm volatile("mrs %0, cntvct_el0" : "=r"(ticks));
  return ticks;
#else
  return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
#endif
}

}  // namespace tidegate::pipeline
