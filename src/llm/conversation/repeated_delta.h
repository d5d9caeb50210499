// The event of a stream that is the one before it but for its text.
//
// Nearly all events of a long reply are: those are known by comparing what stands around the text,
// at a tenth of what parsing costs. For dialects whose deltas carry nothing else that changes.
// Thread: one owner.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "llm/conversation/reply.h"

namespace tidegate::llm {

class RepeatedDelta {
 public:
  // The step that the JSON text `event` says, with a view into it; empty: it must be parsed.
  std::optional<BlockDelta> find(std::string_view event) const;
  // `event` was parsed, and said nothing but `step`.
  void remember(std::string_view event, const BlockDelta& step);
  // Something else came: the next event may mean another thing.
  void forget() { last_.clear(); }

 private:
  std::string last_;            // empty: none
  std::size_t text_begin_ = 0;  // in last_, inside the quotes
  std::size_t text_end_ = 0;
  BlockDelta step_;  // but for its text
};

}  // namespace tidegate::llm
