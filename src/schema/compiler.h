// A schema's text to rules.   Thread: pure functions.
#pragma once

#include <memory>
#include <string_view>

#include "base/error.h"
#include "schema/rules.h"

namespace tidegate::schema {

// Errors: as Schema::compile().
Result<std::shared_ptr<const Rules>> compile_rules(std::string_view json);

}  // namespace tidegate::schema
