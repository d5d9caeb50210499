// Messages of the AWS event stream, read out of bytes that come in pieces (write_frame.h has the
// layout).
//
// Types of header values: 0 true, 1 false, 2 byte, 3 short, 4 int, 5 long, 6 bytes and 7 string
// with a length of two bytes, 8 timestamp, 9 UUID. Only strings are looked at.   Thread: one owner.
// Source: AWS SDKs, "Event stream specification" (2026-11).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/limits.h"

namespace tidegate::llm::bedrock {

struct Frame {
  std::string_view message_type;    // "event", "exception", "error"
  std::string_view event_type;      // "contentBlockDelta"
  std::string_view exception_type;  // "throttlingException"
  std::string_view error_code;      // of an "error", which has no payload
  std::string_view error_message;
  std::string_view content_type;
  std::string_view payload;
  std::string_view headers;  // all of them as they came, for append_message
};

class FrameReader {
 public:
  explicit FrameReader(std::size_t max_frame_bytes = limits::kMaxEventStreamFrameBytes)
      : max_frame_bytes_(max_frame_bytes) {}

  // Takes more of the stream. Call next() until it says false before feeding again; `bytes` must
  // stay alive and unchanged until then.
  void feed(std::string_view bytes);

  // Reads the next whole message. False: none is left; the rest was copied and waits. Views point
  // into the fed bytes or the reader: valid until the next call of any member.
  // Errors, origin upstream: kMalformed, a checksum or a length that is wrong; kLimit, a message
  // over the limit. The reader is of no use afterwards.
  Result<bool> next(Frame& frame);

  // Whether a message has begun and not ended.
  bool unfinished() const { return !carry_.empty() && !carry_spent_; }

 private:
  Result<std::size_t> frame_bytes(std::string_view bytes) const;
  Result<bool> next_carried(Frame& frame);

  std::string_view rest_;
  std::string carry_;         // a message that came in pieces
  bool carry_spent_ = false;  // it was handed out and dies with the next call
  std::size_t max_frame_bytes_;
};

}  // namespace tidegate::llm::bedrock
