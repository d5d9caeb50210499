// WebSignatures: attacks on applications behind any HTTP route, found by signature rules in the
// texts of a request, and blocked, flagged or only reported.
//
// Looks at the head in RequestHeaders and at the body in RequestBody; points of both add up.
// Thread: a factory is shared; one processor per exchange.   Source:
// docs/reference/web-signatures.md.
#pragma once

#include "pipeline/catalog.h"

namespace tidegate::processors::web_signatures {

// The row of the catalog.
pipeline::BuiltinProcessor web_signatures();

}  // namespace tidegate::processors::web_signatures
