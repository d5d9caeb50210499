// PromptTools: what operators do to every request of a kind, without code: messages before and
// after, parameters set, capped or forced, models by other names, header fields out of the
// payload, limits, a list of allowed tools.
//
// Works on the bytes of the request: what it does not touch goes on as it came. It knows the
// members of chat completions, messages and responses; for a call of another format, what is about
// messages, output tokens or tools is a failure, so that nothing passes unedited unnoticed.
// Thread: a factory is shared; one processor per exchange.
// Source: docs/reference/prompt-tools.md; OpenAI API reference, Create chat completion, Create a
// model response; Anthropic API reference, Create a Message (2026-11).
#pragma once

#include <memory>

#include "pipeline/catalog.h"

namespace tidegate::processors::prompt_tools {

// The row of the catalog.
pipeline::BuiltinProcessor prompt_tools();

}  // namespace tidegate::processors::prompt_tools
