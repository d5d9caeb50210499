// The events of a stream as the client gets them, while they pass.   Thread: one owner.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "pipeline/processor.h"

namespace tidegate::processors::response_cache {

class StreamRecording {
 public:
  // Takes one event and what others put before it. False: the recording is of no use, because it
  // would be too large, or an event went by unseen.
  bool take(const pipeline::Message& message, std::size_t max_bytes);
  std::string take_text() { return std::move(text_); }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::uint64_t next_ = 0;  // index
};

}  // namespace tidegate::processors::response_cache
