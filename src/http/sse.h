// Scanner of text/event-stream bodies: bytes in, whole events out, with the exact bytes each one
// took.
//
// A relay reads it beside the bytes it forwards (metering), or forwards `raw` of the events it
// keeps and writes its own between them (editing); the raw parts of all events and unfinished()
// together are the input, byte for byte. CR, LF and CRLF end lines; a leading byte order mark,
// comments, unknown fields and any split are handled. Thread: owner only.   Source: WHATWG
// HTML 9.2.6, "Interpreting an event stream".
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/limits.h"

namespace tidegate::http {

struct SseEvent {
  std::string_view raw;   // every byte of the event, with the blank line that ends it
  std::string_view type;  // "event:"; empty means "message"
  std::string_view data;  // data lines joined by LF
  std::string_view id;    // "id:", when the event has one
  std::optional<std::chrono::milliseconds> retry;
  std::uint64_t offset = 0;  // of raw[0] in the stream
  bool has_data = false;     // false: comments or blank lines only; a reader is not told of it
  bool has_id = false;
  bool terminated = true;  // false: the stream ended before the blank line (finish() only)
};

class SseScanner {
 public:
  explicit SseScanner(std::size_t max_event_bytes = limits::kMaxSseEventBytes)
      : max_event_bytes_(max_event_bytes) {}

  // Takes more of the stream. Call next() until it says false before feeding again; `bytes` must
  // stay alive and unchanged until then.
  void feed(std::string_view bytes);

  // Reads the next whole event into `out`. False: none is left; an unfinished one was copied and
  // waits. The views point into the fed bytes or the scanner: valid until the next call of any
  // member. Errors: kLimit, origin upstream: one event over max_event_bytes. The scanner is of no
  // use afterwards.
  Result<bool> next(SseEvent& out);

  // The stream ended. True when it broke off in an event: `out` is that event with terminated =
  // false, whose last line may be cut. Browsers drop such an event; model servers are known to end
  // without the last blank line.
  bool finish(SseEvent& out);

  // Bytes of the event that waits for its end.
  std::string_view unfinished() const;

 private:
  // Where the search for the blank line stands within an unfinished event.
  struct Boundary {
    bool line_empty = true;
    bool after_cr = false;
    std::uint8_t bom_bytes = 0;  // of the mark seen so far; kNoMark when past it
  };
  static constexpr std::uint8_t kNoMark = 0xff;

  std::size_t find_event_end(std::string_view bytes);
  std::size_t parse(std::string_view bytes, SseEvent& out);
  void take_line(std::string_view line, SseEvent& out);
  void take_data(std::string_view value, SseEvent& out);
  Result<bool> next_carried(SseEvent& out);
  Result<bool> keep_rest();
  void emit(std::string_view raw, SseEvent& out);

  std::string_view rest_;  // fed and not yet read
  const char* next_lf_ =
      nullptr;                // first LF at or behind the line being read in rest_; its end: none
  std::string carry_;         // an event that came in pieces
  std::string joined_;        // data of an event with several data lines
  std::uint64_t offset_ = 0;  // of the next event in the stream
  std::size_t max_event_bytes_;
  Boundary boundary_;
  bool carry_spent_ = false;  // carry_ was handed out and dies with the next call
};

}  // namespace tidegate::http
