// Text to a syntax tree, within limits of size and nesting.
// Source: CEL language definition, "Syntax" and "Macros"; cel-go's ext package for further macros.
#pragma once

#include <expected>
#include <string_view>

#include "base/arena.h"
#include "cel/ast.h"
#include "cel/compile_error.h"
#include "cel/limits.h"

namespace tidegate::cel {

// Both `source` and `arena` must outlive the tree.
std::expected<Node*, CompileError> parse(std::string_view source, const CompileLimits& limits,
                                         Arena& arena, BlockMacros blocks = BlockMacros::kOff);

}  // namespace tidegate::cel
