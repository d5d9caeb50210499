// The messages of a conversation, put in the order that strict providers demand.
//
// Anthropic and Bedrock refuse what OpenAI lets pass: two turns of one role in a row, empty text,
// tool results that do not stand first in the very next turn, or that answer no call, or calls
// without a result, tool ids of other characters or twice the same, white space at the end of a
// prefilled answer (Messages; Handle tool calls; Converse, Message; 2026-11).
// Thread: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/arena.h"
#include "llm/conversation/conversation.h"
#include "llm/conversation/losses.h"

namespace tidegate::llm {

inline constexpr std::size_t kMaxToolIdBytes = 64;

enum class FirstTurn : std::uint8_t {
  kAny,
  kUser,  // a conversation that the assistant begins gets a user turn of one full stop in front
};

// Returns the turns with
//   - parts of neighbours of one role in one message, no blank text, no empty message;
//   - the results of a turn's calls first in the next user turn, in the order of the calls,
//   wherever
//     they stood behind them; a call without one gets a result that says so, as an error; a result
//     that answers no call becomes text (both are losses: "tool_results.<id>");
//   - ids that are unique and of [a-zA-Z0-9_-]{1,64} (safe_tool_id); calls and results that had
//   none
//     (Gemini) get one, matched by name and order;
//   - no white space at the end of a last assistant turn;
//   - no thoughts that `keeps` says no to, which is a loss ("reasoning"); null keeps all.
// Views point into the conversation's document and the arena.
std::vector<Message> arrange_turns(const Conversation& conversation, FirstTurn first,
                                   Losses& losses, Arena& arena,
                                   bool (*keeps)(const ReasoningPart&) = nullptr);

// The id itself where it is of [a-zA-Z0-9_-]{1,64}; otherwise its good characters and a hash of
// all of it, the same for the same id in every request. A thought signature within it goes
// (thought_signature.h).
EscapedText safe_tool_id(EscapedText id, Arena& arena);

// The caller's tools; where there are none, but the messages speak of some, one definition per name
// that takes any object: providers refuse a history of calls without a list of tools.
std::vector<Tool> tools_or_history(const Conversation& conversation,
                                   const std::vector<Message>& turns);

// Marks of the prompt cache in all of a request: Anthropic and Bedrock take four.
std::size_t count_cache_marks(const Conversation& conversation, const std::vector<Message>& turns);

// Whether the text is empty or nothing but white space, escaped or not.
bool is_blank(EscapedText text);

}  // namespace tidegate::llm
