// The texts of a model call's request, for processors that look at those.   Thread: the worker's.
#pragma once

#include <span>

#include "base/error.h"
#include "llm/text/text.h"
#include "pipeline/processor.h"

namespace tidegate::processors {

// Whether the request is a model call whose payload is JSON. It is not where there is other
// traffic, a call without a body (a stored response, a list), or a file.
inline bool is_json_call(const pipeline::Message& message) {
  return message.call && message.facts != nullptr && !message.payload.empty();
}

// In the order of the payload, listed once for all processors of a scope. REQUIRES: is_json_call(),
// phase RequestBody. Errors: of llm::list_request_texts().
inline Result<std::span<const llm::Text>> request_texts(const pipeline::Turn& turn) {
  return turn.texts.of_request(turn.message.payload, turn.arena);
}

}  // namespace tidegate::processors
