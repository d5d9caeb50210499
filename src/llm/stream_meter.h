// Watches the SSE bytes of a streamed reply while they are relayed: counts usage, tells whether the
// stream came to a truthful end, and takes out what the client did not ask for.
//
// feed() returns what to send on, as views: with nothing to hide that is the piece itself. When the
// gateway asked for usage on its own account (llm/request_splice.h), the usage event and the
// `"usage":null` members that come with it are left out, and everything else goes byte for byte.
// Then the part of an event that has not ended is held until it has: no client can use it earlier.
// Events that may say something are found by a byte search; only those are parsed.
// Limits:  an event over limits::kMaxSseEventBytes (Gemini: gemini::kMaxChunkBytes) passes unread.
// Thread:  one owner.
// Source:  OpenAI API reference, Streaming (chat completion chunk object, Responses streaming
// events);
//          Anthropic, Streaming messages; WHATWG HTML, "Interpreting an event stream".
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "http/sse.h"
#include "llm/call.h"
#include "llm/dialect/anthropic/usage.h"
#include "llm/dialect/openai/stream.h"
#include "llm/stream_event.h"
#include "llm/usage.h"

namespace tidegate::llm {

// How far a stream has come. A body that ends in another state than kDone was cut, or its server
// does not speak the dialect to the end; kFinished is then the milder case.
enum class StreamState : std::uint8_t {
  kRunning,   // nothing final seen
  kFinished,  // a finish_reason or stop_reason was seen, the terminator was not
  kDone,      // terminator seen: [DONE], message_stop, response.completed / incomplete; Gemini:
              // finishReason, behind which nothing is due
  kFailed,    // the stream itself carried an error event
};

class StreamMeter {
 public:
  enum class HideUsage : std::uint8_t { kNo, kYes };

  // kYes only makes a difference for OpenAI chat and text completions.
  StreamMeter(Call call, HideUsage hide);

  // Takes the next bytes of the body, split anywhere. Returns what to forward, in order: views into
  // `piece` and into this object, valid until the next call and only while `piece` lives.
  std::span<const std::string_view> feed(std::string_view piece);
  // The body has ended: returns what was still held (an event without its blank line).
  std::span<const std::string_view> finish();

  // Usage as reported so far; empty until a report came. A stream cut early may have reported only
  // its input (Anthropic) or nothing (OpenAI): see output_events().
  std::optional<Usage> usage() const;
  StreamState state() const { return state_; }
  // True from the first event that carries output (text, reasoning, a tool call).
  bool output_started() const { return output_events_ > 0; }
  // Events that carried output: a lower bound of the output tokens of a stream that was cut.
  std::uint64_t output_events() const { return output_events_; }
  // Events in all: in a Responses stream the next sequence number.
  std::uint64_t events() const { return events_; }
  // Responses: the id in response.created; empty before.
  std::string_view response_id() const { return response_id_; }

 private:
  StreamEvent read(std::string_view data);
  void take(const http::SseEvent& event);
  void account(const StreamEvent& event);
  // Forwards an event in whole or in part.
  void forward(const http::SseEvent& event, const StreamEvent& said);
  void put(std::string_view bytes);
  void give_up(std::string_view rest);
  http::SseEvent keep(const http::SseEvent& event);

  Call call_;
  HideUsage hide_;
  StreamState state_ = StreamState::kRunning;
  bool unreadable_ = false;    // an event was too large: everything passes from there
  bool cut_after_cr_ = false;  // a dropped event ended in CR: an LF that follows belongs to it
  http::SseScanner scanner_;
  openai::ChunkReader chunks_;
  std::string carried_;  // the event that began in an earlier piece
  std::vector<std::string_view> output_;
  anthropic::UsageTally anthropic_usage_;
  std::optional<Usage> usage_;
  std::uint64_t events_ = 0;
  std::uint64_t output_events_ = 0;
  std::string response_id_;
};

}  // namespace tidegate::llm
