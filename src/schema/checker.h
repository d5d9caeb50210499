// One value against rules.   Thread: one owner.
#pragma once

#include <vector>

#include "base/error.h"
#include "schema/rules.h"
#include "schema/schema.h"

namespace tidegate::schema {

// Errors, origin upstream: kLimit, it takes too long.
Result<std::vector<Violation>> check_value(const Rules& rules, const Value& value);

}  // namespace tidegate::schema
