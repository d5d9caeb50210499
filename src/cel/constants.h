// Which parts of a tree are the same at every evaluation, and what they are.
#pragma once

#include <optional>

#include "base/arena.h"
#include "cel/ast.h"
#include "cel/value.h"

namespace tidegate::cel {

// The value of a literal, of a list or map of constants, or of a function over constants that
// gives no collection (timestamp("..."), cidr("...")), in `arena`. Nothing for all else, also for
// what is constant but fails: that is an error of evaluation.
std::optional<Value> find_constant(const Node& node, Arena& arena);

}  // namespace tidegate::cel
