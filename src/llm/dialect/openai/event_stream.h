// Events of a reply that should be a stream, and what came instead.
//
// A server that fails, or that cannot stream, answers with a JSON document or an HTML page whatever
// content type it says. No event stream begins with `{`, `[` or `<`: the first byte tells.
// Limits:  a document, like an event, has at most limits::kMaxSseEventBytes.
// Thread:  one owner.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/arena.h"
#include "http/sse.h"
#include "llm/conversation/reply.h"

namespace tidegate::llm::openai {

class EventStream {
 public:
  // kLimit: the document is too large.
  Result<void> feed(std::string_view piece);
  // As SseScanner::next(); false for a document. The event's data and type live as long as the
  // piece and the arena, so that steps of several events stand beside each other.
  Result<bool> next(http::SseEvent& event, Arena& arena);
  // The body has ended: an event without its blank line, if there is one.
  bool finish(http::SseEvent& event);

  // The whole of what is no event stream; empty where it is one. Complete behind finish().
  std::string_view document() const { return document_; }

 private:
  enum class Kind : std::uint8_t { kUnknown, kEvents, kDocument };

  Kind kind_ = Kind::kUnknown;
  http::SseScanner scanner_;
  std::string_view piece_;
  std::string document_;
};

// The step for a provider's error that came as `json` or any other text. Views live in the arena.
ReplyError make_reply_error(std::string_view text, Arena& arena);

}  // namespace tidegate::llm::openai
