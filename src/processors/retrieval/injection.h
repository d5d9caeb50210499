// Where in a model call a context is put: splices of its bytes, in every dialect.
// Thread: pure functions.   Source: the providers' API references of 2026-11 (src/llm/dialect has
// the shapes).
#pragma once

#include <span>
#include <string_view>

#include "llm/text/text.h"
#include "pipeline/processor.h"
#include "processors/retrieval/config.h"

namespace tidegate::processors::retrieval {

// Whether calls of this kind are answers to what somebody says.
bool is_conversation(llm::Operation operation);

// Puts the context behind what the system says, or where nothing does or Config::Place is kUser, in
// front of what the user says last. Formats that have a place for the system get one: chat
// completions a first message, the others their member.
// REQUIRES: `texts` are those of the payload, of which one is a user's that is not blank.
void inject(pipeline::Turn& turn, std::span<const llm::Text> texts, Config::Place place,
            std::string_view context);

}  // namespace tidegate::processors::retrieval
