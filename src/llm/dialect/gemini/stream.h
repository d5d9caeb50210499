// Chunks of a streamGenerateContent reply that is relayed as it is, for the meter (stream_meter.h).
// A stream of Gemini's has no terminator of its own: a finishReason, or the reason why the prompt
// was blocked, is its truthful end, whatever follows.
//
//   {"candidates":[{"content":{"parts":[{"text":"Hi"}]},"finishReason":"STOP"}],
//    "usageMetadata":{"promptTokenCount":8,...}}      {"error":{"code":503,...}}
#pragma once

#include <string_view>

#include "llm/stream_event.h"

namespace tidegate::llm::gemini {

// Views in the result point into `data`. What is no JSON object says nothing.
StreamEvent read_event(std::string_view data);

}  // namespace tidegate::llm::gemini
