// Statuses as text for people and as JSON for scripts: the output of `tidegate validate`.
//
// JSON: {"objects": [{"kind", "namespace", "name", "generation", "status": {...}}], "notes": [...],
// "problems": N}, where each status has the shape that the Kubernetes API gives it, without
// lastTransitionTime.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "gatewayapi/compile.h"

namespace tidegate::gatewayapi {

// Whether a condition says that something does not work: False or Unknown, or True for Conflicted
// and PartiallyInvalid.
bool is_problem(const Condition& condition);

// Conditions that are problems, over all objects.
std::size_t count_problems(const Statuses& statuses);

enum class Detail : std::uint8_t {
  kProblems,  // only objects with problems, only the conditions that tell them
  kAll,
};

// One paragraph per object, notes at the end. Ends with a line feed unless empty.
std::string format_text(const Compilation& compilation, Detail detail);

// What format_text(now, kProblems) tells and that of `before` (null: nothing) does not: the objects
// whose problems are new or other ones. Looks only at routes and Backends that changed.
std::string format_new_problems(const Compilation& now, const Compilation* before);

std::string format_json(const Compilation& compilation);

}  // namespace tidegate::gatewayapi
