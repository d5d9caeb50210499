#include "llm/text/frame_events.h"

#include "llm/dialect/bedrock/read_frame.h"
#include "llm/dialect/bedrock/write_frame.h"

namespace tidegate::llm {

struct FrameEvents::Reader {
  bedrock::FrameReader frames;
};

FrameEvents::FrameEvents() = default;
FrameEvents::~FrameEvents() = default;

void FrameEvents::feed(std::string_view bytes) {
  if (reader_ == nullptr) reader_ = std::make_unique<Reader>();  // most streams have no frames
  reader_->frames.feed(bytes);
}

Result<bool> FrameEvents::next(FrameEvent& event) {
  bedrock::Frame frame;
  TIDEGATE_TRY(more, reader_->frames.next(frame));
  event.type = frame.event_type.empty() ? frame.exception_type : frame.event_type;
  event.data = frame.payload;
  event.headers = frame.headers;
  return more;
}

void append_frame_event(std::string& out, const FrameEvent& event, std::string_view data) {
  bedrock::append_message(out, event.headers, data);
}

}  // namespace tidegate::llm
