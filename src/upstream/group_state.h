// What one worker keeps for one group of backends, across reloads.   Thread: the worker's.
#pragma once

#include "upstream/retry_budget.h"

namespace tidegate::upstream {

struct GroupState {
  RetryBudget retries;
  RetryBudget hedges;
};

}  // namespace tidegate::upstream
