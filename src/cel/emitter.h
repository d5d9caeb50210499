// A resolved tree to a flat program.
#pragma once

#include <expected>

#include "cel/ast.h"
#include "cel/code.h"
#include "cel/compile_error.h"

namespace tidegate::cel {

// Fills in instructions, constants and what they need. code.source and code.slots are set already.
// Errors: a constant regular expression that is none, too many arguments.
std::expected<void, CompileError> emit(const Node& root, Code& code);

}  // namespace tidegate::cel
