// What bounds an expression, when it is compiled and each time it is evaluated.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tidegate::cel {

// Whether cel.block(), cel.index(), cel.iterVar() and cel.accuVar() are macros: the specification's
// cases write with them what an optimiser makes. No user needs them.
enum class BlockMacros : std::uint8_t { kOff, kOn };

struct CompileLimits {
  std::size_t max_source_bytes = 64 * 1024;  // a page of policy is 2 KiB
  std::size_t max_nodes = 16 * 1024;  // of the syntax tree; a list of ten thousand names fits
  std::size_t max_depth = 200;        // of nesting; the specification asks for 32 at most
};

// Cost is counted in steps of the program plus, for what handles text or collections, about one for
// every 64 bytes or element: a unit is roughly 10 ns or less.
struct EvaluationLimits {
  std::int64_t max_cost = 100'000;       // about a millisecond; also bounds what is computed
  std::int64_t max_iterations = 20'000;  // of all comprehensions together
};

}  // namespace tidegate::cel
