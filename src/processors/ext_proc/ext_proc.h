// ExtProc: an external processor that speaks Envoy's external processing protocol (ext_proc v3)
// over gRPC, one stream per exchange.
//
// Thread: a factory is shared; one processor per exchange.   Source: docs/reference/ext-proc.md;
// Envoy API v3, envoy.service.ext_proc.v3.
#pragma once

#include "pipeline/catalog.h"

namespace tidegate::processors::ext_proc {

// The row of the catalog.
pipeline::BuiltinProcessor ext_proc();

}  // namespace tidegate::processors::ext_proc
