// contents of a caller's request (request.h): the turns of the conversation.   Thread: pure
// functions.
#pragma once

#include <string_view>

#include "base/arena.h"
#include "base/error.h"
#include "llm/conversation/conversation.h"

namespace tidegate::llm::gemini {

// Neighbours of one role become one message; calls and results get ids that match (call_ids.h).
// Errors: kMalformed, origin downstream, naming the member.
Result<void> read_contents(std::string_view value, Conversation& conversation, Arena& arena);

}  // namespace tidegate::llm::gemini
