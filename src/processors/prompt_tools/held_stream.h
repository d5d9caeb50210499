// The events of a stream that is kept until its end.   Thread: one exchange.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pipeline/processor.h"

namespace tidegate::processors::prompt_tools {

class HeldStream {
 public:
  // Keeps the event, which does not go out. REQUIRES: phase StreamChunk, an event.
  void take(pipeline::Turn& turn);
  void keep(std::string_view type, std::string_view data);
  std::size_t bytes() const { return bytes_; }

  // The stream as it would have stood on the wire.
  std::string wire(const pipeline::Message& message) const;
  // Has `right` stand wherever the model said `wrong`: pieces of it, and what repeats it whole.
  // Errors: of llm::list_event_texts().
  Result<void> rewrite(const pipeline::Message& message, std::string_view wrong,
                       std::string_view right, Arena& arena);
  // Sends what was kept, in front of the event of the turn. From then on events pass.
  void release(pipeline::Turn& turn);
  bool is_released() const { return released_; }

 private:
  std::vector<std::pair<std::string, std::string>> events_;  // type and data
  std::size_t bytes_ = 0;
  bool released_ = false;
};

}  // namespace tidegate::processors::prompt_tools
