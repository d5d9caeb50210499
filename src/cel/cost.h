// What an expression may cost at most, before it is ever evaluated.
#pragma once

#include <cstdint>

#include "cel/ast.h"
#include "cel/environment.h"

namespace tidegate::cel {

// Of a resolved tree: each part once, the body of a macro as often as its range may have elements,
// calls by the size of their operands. Variables have their declared size; what a function makes
// is taken to be as large as its operands together. Saturates.
std::uint64_t estimate_cost(const Node& root, const Environment& environment);

}  // namespace tidegate::cel
