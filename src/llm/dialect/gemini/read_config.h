// generationConfig of a caller's request (request.h).   Thread: pure functions.
#pragma once

#include <string_view>

#include "base/arena.h"
#include "base/error.h"
#include "llm/conversation/conversation.h"

namespace tidegate::llm::gemini {

// Errors: kMalformed, origin downstream, naming the member.
Result<void> read_generation_config(std::string_view value, Conversation& conversation,
                                    Arena& arena);

}  // namespace tidegate::llm::gemini
