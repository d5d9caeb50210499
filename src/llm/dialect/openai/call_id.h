// Ids of tool calls towards OpenAI, which limits them: 40 bytes in chat, 64 in Responses.
// Thread: pure functions.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/arena.h"
#include "json/escaped_text.h"

namespace tidegate::llm::openai {

inline constexpr std::size_t kMaxChatCallId = 40;
inline constexpr std::size_t kMaxResponsesCallId = 64;

// The id without a thought signature in it, and where it is longer than `max`, its start and a hash
// of all of it. The same for the same id in every request.
json::EscapedText fit_call_id(json::EscapedText id, std::size_t max, Arena& arena);

// An id for a call of a reply whose provider gave none: other in each reply with another
// `reply_id`.
json::EscapedText make_call_id(std::string_view reply_id, std::uint64_t number, Arena& arena);

}  // namespace tidegate::llm::openai
