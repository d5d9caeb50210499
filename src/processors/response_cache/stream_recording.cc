#include "processors/response_cache/stream_recording.h"

#include "llm/text/stream_texts.h"

namespace tidegate::processors::response_cache {

bool StreamRecording::take(const pipeline::Message& message, std::size_t max_bytes) {
  const pipeline::StreamEvent& event = *message.event;
  if (event.index != next_) return false;
  // Data of several lines is no event of a model that we know of.
  if (message.payload.contains('\n')) return false;
  text_ += message.inserted;
  if (!event.end && !event.pause) ++next_;
  if (!event.end && !event.pause && !message.dropped) {
    llm::append_stream_event(*message.call, event.type, message.payload, text_);
  }
  return text_.size() <= max_bytes;
}

}  // namespace tidegate::processors::response_cache
