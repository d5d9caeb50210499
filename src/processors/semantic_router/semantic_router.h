// SemanticRouter: what a model call wants decides where it goes.
//
// What the user says last is compared with examples of each intent; rules over keywords and length
// come first. The decision is a field of the request, for routes to match, a field of the response,
// and, where an intent says so, another model or backend. Near nothing, it abstains.
// Thread: a factory is shared; one processor per exchange.
// Source: docs/reference/semantic-router.md.
#pragma once

#include "pipeline/catalog.h"

namespace tidegate::processors::semantic_router {

// The row of the catalog.
pipeline::BuiltinProcessor semantic_router();

}  // namespace tidegate::processors::semantic_router
