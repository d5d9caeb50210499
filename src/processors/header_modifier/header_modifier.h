// HeaderModifier: sets, adds and removes fields of requests and responses, by texts or expressions.
// Thread: a factory is shared; one processor per exchange.
// Source: docs/reference/header-modifier.md; the words are those of HTTPHeaderFilter (Gateway API
// v1).
#pragma once

#include "pipeline/catalog.h"

namespace tidegate::processors::header_modifier {

// The row of the catalog.
pipeline::BuiltinProcessor header_modifier();

}  // namespace tidegate::processors::header_modifier
