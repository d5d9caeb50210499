// Says what the names of a tree mean: variables of the environment, variables of macros, types,
// functions.
// Source: CEL language definition, "Name Resolution".
#pragma once

#include <cstdint>
#include <expected>
#include <string_view>

#include "base/arena.h"
#include "cel/ast.h"
#include "cel/compile_error.h"
#include "cel/environment.h"

namespace tidegate::cel {

enum class Undeclared : std::uint8_t {
  kRefuse,    // a name that nothing declares is an error of compilation
  kEvaluate,  // it is one of evaluation, which && and || may absorb
};

// Returns how many slots macros need. Names are written into `arena`.
std::expected<std::uint32_t, CompileError> resolve(Node& root, std::string_view source,
                                                   const Environment& environment,
                                                   Undeclared undeclared, Arena& arena);

}  // namespace tidegate::cel
