// What one event of a streamed reply says, in the terms that all dialects share.
#pragma once

#include <cstdint>
#include <string_view>

namespace tidegate::llm {

struct StreamEvent {
  enum class Step : std::uint8_t {
    kNone,
    kFinished,  // the model has ended its answer (finish_reason, stop_reason)
    kDone,      // the stream says that it is complete
    kFailed,    // an error event
  };
  Step step = Step::kNone;
  bool output = false;           // carries text, reasoning, arguments of a tool call, ...
  bool usage_only = false;       // exists only to report usage (OpenAI: no choices)
  bool null_usage = false;       // has a member "usage" that is null
  std::string_view usage;        // text of a usage object; empty: none
  std::string_view response_id;  // Responses: id of the response, in the event that opens it
};

}  // namespace tidegate::llm
