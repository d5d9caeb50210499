// The values of variables for one evaluation, given by the host when they are asked for.
#pragma once

#include "base/arena.h"
#include "cel/environment.h"
#include "cel/value.h"

namespace tidegate::cel {

class Activation {
 public:
  // Called each time the expression reads the variable, and not for what it never reaches. What
  // does not exist yet is Value::unknown(); what must be made may go into the arena.
  virtual Value find(VariableId variable, Arena& arena) const = 0;

 protected:
  ~Activation() = default;
};

}  // namespace tidegate::cel
