// Webhook: a guardrail of somebody else's, asked over HTTP with a small JSON protocol: the texts of
// a request, a reply or a stream's event go there, and it lets them pass, masks some, or rejects.
//
// Thread: a factory is shared; one processor per exchange.   Source: docs/reference/webhook.md.
#pragma once

#include "pipeline/catalog.h"

namespace tidegate::processors::webhook {

// The row of the catalog.
pipeline::BuiltinProcessor webhook();

}  // namespace tidegate::processors::webhook
