// Which backend of an L4 route a connection goes to.   Thread: a pure function.
#pragma once

#include <cstdint>
#include <span>

#include "config/backend.h"

namespace tidegate::l4 {

// Picks by weight; `random` uniform over all 64-bit values. Null when every weight is 0. Backends
// whose reference could not be resolved keep their share of the connections, which then fail: that
// is what Gateway API asks for.
const config::WeightedBackend* choose_weighted(std::span<const config::WeightedBackend> backends,
                                               std::uint64_t random);

}  // namespace tidegate::l4
