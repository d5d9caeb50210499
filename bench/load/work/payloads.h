// The bytes that the model server of the bench sends and that its client asks for: fixed content,
// so that every run is the same work and every reply can be checked by its length.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "bench/load/instant.h"

namespace tidegate::bench {

inline constexpr std::size_t kReplyBytes = 601;     // one chat completion
inline constexpr std::size_t kSseEventBytes = 184;  // one streamed token, blank line included
inline constexpr int kSseEvents = 64;  // of a burst, and of a paced stream unless it says otherwise

inline constexpr std::string_view kChatModel = "gpt-4o-mini";
inline constexpr std::string_view kMessagesModel = "claude-bench";  // of the server of Messages
// How every whole reply begins what it says.
inline constexpr std::string_view kReplyWords = "The tide turns twice a day, and the gate keeper";

// An OpenAI chat request of exactly `bytes` bytes; `bytes` >= 300.
enum class Streaming { kOff, kOn };
std::string make_chat_request(std::size_t bytes, Streaming streaming, std::string_view model);

// An OpenAI chat completion with usage, kReplyBytes long.
std::string make_chat_reply();

// The same in Anthropic's Messages format, and the parts of a stream: what comes before the first
// token, one token that carries the instant it was made, what comes behind the last.
std::string make_message_reply();
std::string make_message_start();
std::string make_message_event(Instant made);
std::string make_message_end();

// One chat.completion.chunk as an event that carries the instant it was made, kSseEventBytes long.
std::string make_sse_event(Instant made);

// When an event made by make_sse_event was made; no value for any other line. `line` has no line
// end.
struct MadeAt {
  enum class Kind { kNotAToken, kToken } kind = Kind::kNotAToken;
  Instant instant;
};
MadeAt find_made_at(std::string_view line);

// The kSseEvents tokens of a stream of words.
std::string make_prose_events();

// What ends a stream: the usage event and [DONE].
std::string make_sse_end();

// `body` in chunked coding, as one chunk and without the last-chunk.
std::string make_chunk(std::string_view body);
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

}  // namespace tidegate::bench
