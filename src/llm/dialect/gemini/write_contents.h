// The turns of a conversation as Gemini's contents (request.h).   Thread: pure functions.
//
// What Gemini demands, whatever the caller's dialect let pass: roles user and model; the results of
// a turn's calls in one content of their own, in the order of the calls, as many as there were
// calls (one that is missing is told as an error; one that answers no call becomes text); from
// Gemini 3 on a signature on the first call of each turn.   Source: Function calling; Thought
// signatures (2026-11).
#pragma once

#include "base/arena.h"
#include "json/writer.h"
#include "llm/conversation/conversation.h"

namespace tidegate::llm::gemini {

// Writes the array of contents. `generation`: of the model (effort.h).
void write_contents(const Conversation& conversation, unsigned generation, json::Writer& writer,
                    Losses& losses, Arena& arena);

}  // namespace tidegate::llm::gemini
