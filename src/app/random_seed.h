// A seed from the kernel, for what must differ from worker to worker and from run to run.
#pragma once

#include <sys/random.h>

#include <cstdint>

namespace tidegate::app {

inline std::uint64_t random_seed() {
  std::uint64_t seed = 0;
  [[maybe_unused]] auto got = getrandom(&seed, sizeof seed, 0);
  return seed;
}

}  // namespace tidegate::app
