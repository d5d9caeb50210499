// A compiled expression as the machine reads it. Only emitter, machine and program.cc see it.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "cel/environment.h"
#include "cel/function.h"
#include "cel/op.h"
#include "cel/pattern.h"
#include "cel/type.h"
#include "cel/value.h"

namespace tidegate::cel {

struct Code {
  // What constants and the source are kept in. Never added to once compiled; whichever thread drops
  // the program gets the blocks for its own free list.
  Arena arena;
  std::string_view source;
  std::vector<Instruction> instructions;
  std::vector<Value> constants;
  std::vector<FunctionBody> functions;
  std::vector<Pattern> patterns;
  std::vector<VariableId> variables;  // that it reads, ascending
  std::uint32_t slots = 0;            // of macros, below the stack
  std::uint32_t frame_values = 0;     // slots and the deepest stack
  std::uint64_t cost_bound = 0;
  Type type;
};

}  // namespace tidegate::cel
