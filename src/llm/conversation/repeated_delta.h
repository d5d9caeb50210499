// The step of a stream's event that is the one before it but for its text (repeated_text.h). For
// dialects whose deltas carry nothing else that changes.   Thread: one owner.
#pragma once

#include <optional>
#include <string_view>

#include "llm/conversation/reply.h"
#include "llm/repeated_text.h"

namespace tidegate::llm {

class RepeatedDelta {
 public:
  // The step that the JSON text `event` says, with a view into it; empty: it must be parsed.
  std::optional<BlockDelta> find(std::string_view event) const {
    const auto text = events_.find(event);
    if (!text) return std::nullopt;
    return BlockDelta{step_.index, step_.kind, {*text}};
  }
  // `event` was parsed, and said nothing but `step`.
  void remember(std::string_view event, const BlockDelta& step) {
    events_.remember(event, step.text.bytes);
    step_ = {step.index, step.kind, {}};
  }
  // Something else came: the next event may mean another thing.
  void forget() { events_.forget(); }

 private:
  RepeatedText events_;
  BlockDelta step_;  // but for its text
};

}  // namespace tidegate::llm
