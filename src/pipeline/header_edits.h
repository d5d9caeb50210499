// Edits of fields that processors may make.   Source: Envoy's rules on mutations, Gateway API
// HTTPHeaderFilter: what frames the message or belongs to the connection is not theirs.
#pragma once

#include "base/arena.h"
#include "http/header_map.h"
#include "pipeline/effects.h"

namespace tidegate::pipeline {

// Whether the field may be edited and the value may stand in one.
bool is_editable(const HeaderEdit& edit);

// REQUIRES: is_editable(). `add` makes a new field. Texts are copied into the arena.
void apply_header_edit(const HeaderEdit& edit, http::HeaderMap& fields, Arena& arena);

}  // namespace tidegate::pipeline
