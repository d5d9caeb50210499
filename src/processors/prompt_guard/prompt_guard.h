// PromptGuard: attempts to turn a model against its instructions, found in the texts of a request
// and blocked, redacted, flagged or only reported.
//
// Looks at what users, tools, documents and descriptions of tools say in any dialect (llm/text),
// each channel with its own weight. Thread: a factory is shared; one processor per exchange.
// Source: docs/reference/prompt-guard.md.
#pragma once

#include "pipeline/catalog.h"

namespace tidegate::processors::prompt_guard {

// The row of the catalog.
pipeline::BuiltinProcessor prompt_guard();

}  // namespace tidegate::processors::prompt_guard
