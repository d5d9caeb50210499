// ResponseCache: answers requests that were answered before, without a backend.
//
// Looks in RequestBody, behind the processors in front of it: what they made of the request is what
// counts. Keeps, in the response phases, what is whole and good: it is a step of the pipeline, so
// what it keeps was seen by the processors behind it, and what it answers passes those in front of
// it. Of equal requests at one time one goes to the backend and the others wait
// (src/cache/flights). Thread: a factory and its store are shared by all workers; one processor per
// exchange. Source: docs/reference/response-cache.md.
#pragma once

#include "pipeline/catalog.h"

namespace tidegate::processors::response_cache {

// The row of the catalog.
pipeline::BuiltinProcessor response_cache();

}  // namespace tidegate::processors::response_cache
