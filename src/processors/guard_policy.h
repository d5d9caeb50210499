// What processors with signature rules share in their configuration: levels, exclusions, rules of
// the user.   Thread: pure functions.
#pragma once

#include <vector>

#include "decode/field_reader.h"
#include "guard/policy.h"
#include "guard/rule.h"
#include "guard/rule_file.h"

namespace tidegate::processors {

// Reads `paranoia`, `detectionParanoia`, `exclude`, `shadow` and `rules` of an object.
void read_guard_policy(decode::ObjectReader& object, guard::Syntax syntax, guard::Policy& policy,
                       std::vector<guard::Rule>& rules);

// A list of ids, categories, tags or beginnings of ids.
void read_rule_names(decode::ObjectReader& object, std::string_view key,
                     std::vector<std::string>& out);

}  // namespace tidegate::processors
