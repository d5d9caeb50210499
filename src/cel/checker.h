// Deduces the types of a resolved tree and refuses what can never evaluate.
// Source: CEL language definition, "Gradual Type Checking".
#pragma once

#include <expected>
#include <string_view>

#include "cel/ast.h"
#include "cel/compile_error.h"
#include "cel/environment.h"
#include "cel/type.h"

namespace tidegate::cel {

// The type of the whole expression, without free variables.
std::expected<Type, CompileError> check_types(const Node& root, std::string_view source,
                                              const Environment& environment);

}  // namespace tidegate::cel
