// Events of Anthropic's message stream, read one at a time from their data (Streaming messages):
//   {"type":"message_start","message":{...,"usage":{"input_tokens":25,"output_tokens":1}}}
//   {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"}}
//   {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":15}}
//   {"type":"message_stop"}     {"type":"ping"}     {"type":"error","error":{...}}
#pragma once

#include <string_view>

#include "llm/stream_event.h"

namespace tidegate::llm::anthropic {

// Views in the result point into `data`. Event types that are not known say nothing.
StreamEvent read_event(std::string_view data);

}  // namespace tidegate::llm::anthropic
