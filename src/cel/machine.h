// Runs a flat program.
#pragma once

#include "cel/activation.h"
#include "cel/code.h"
#include "cel/limits.h"

namespace tidegate::cel {

// The value, which may be unknown or an error.
Value run(const Code& code, const Activation& activation, Arena& arena,
          const EvaluationLimits& limits, const Zones* zones);

}  // namespace tidegate::cel
