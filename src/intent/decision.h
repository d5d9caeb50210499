// What a classifier of intents comes to.   Thread: plain values.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tidegate::intent {

struct Decision {
  static constexpr std::size_t kNone = SIZE_MAX;

  std::size_t intent = kNone;   // by its position; kNone: it abstains
  std::size_t nearest = kNone;  // the best one, even if it is not good enough
  float score = 0;              // of the nearest
  float margin = 0;             // of the nearest to the second
};

}  // namespace tidegate::intent
