// Events of a stream that is framed as messages of the AWS event stream (Bedrock), for whoever
// reads and edits events without knowing the frames.
//
// A message "chunk" of InvokeModelWithResponseStream holds an event of the model's own API in
// base64, {"bytes":"eyJ0eXBl...","p":"abcd"}: its data here is that event, decoded.
// Thread: one owner.   Source: Amazon Bedrock API reference, PayloadPart (2026-11).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"

namespace tidegate::llm {

struct FrameEvent {
  std::string_view type;     // of the event, or of the exception; of a chunk what its event says
  std::string_view data;     // JSON
  std::string_view headers;  // as they came, for append_frame_event
  std::string_view chunk;    // the payload that held the data in base64; empty: it was the payload
};

class FrameEvents {
 public:
  FrameEvents();
  ~FrameEvents();
  FrameEvents(const FrameEvents&) = delete;
  FrameEvents& operator=(const FrameEvents&) = delete;

  // Takes more of the stream. Call next() until it says false before feeding again; `bytes` must
  // stay alive and unchanged until then.
  void feed(std::string_view bytes);
  // Reads the next whole event. False: none is left; the rest waits. Views are valid until the next
  // call of any member. Errors, origin upstream: kMalformed, kLimit: the stream cannot be read on.
  Result<bool> next(FrameEvent& event);

 private:
  struct Reader;
  std::unique_ptr<Reader> reader_;
};

// Appends the event with other data.
void append_frame_event(std::string& out, const FrameEvent& event, std::string_view data);

}  // namespace tidegate::llm
