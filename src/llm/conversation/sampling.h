// Sampling parameters that some dialects do not have.   Thread: pure functions.
#pragma once

#include <string_view>

#include "llm/conversation/conversation.h"

namespace tidegate::llm {

// Whether a raw JSON number is 0, however it is written.
bool is_zero(std::string_view number);

// Notes penalties, seed, logprobs and choices, where the caller asked for them: for formats that
// have none of these.
void note_lost_sampling(const Conversation& conversation, Losses& losses);

}  // namespace tidegate::llm
