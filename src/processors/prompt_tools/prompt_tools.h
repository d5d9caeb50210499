// PromptTools: what operators do to every request of a kind, without code: messages before and
// after, prompts by name, parameters set, capped or forced, models by other names, header fields
// out of the payload, limits, a list of allowed tools; and what answers must be.
//
// Works on the bytes of the request: what it does not touch goes on as it came. It knows the five
// conversational formats; for a call of another one, what is about messages, output tokens or tools
// is a failure, so that nothing passes unedited unnoticed.
// Thread: a factory is shared; one processor per exchange.
// Source: docs/reference/prompt-tools.md; call_shape.h names the providers' documents.
#pragma once

#include "pipeline/catalog.h"

namespace tidegate::processors::prompt_tools {

// The row of the catalog.
pipeline::BuiltinProcessor prompt_tools();

}  // namespace tidegate::processors::prompt_tools
