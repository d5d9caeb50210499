// The texts of a model call's request, for processors that look at those.   Thread: the worker's.
#pragma once

#include <vector>

#include "base/error.h"
#include "llm/text/text.h"
#include "pipeline/processor.h"

namespace tidegate::processors {

// Whether the request is a model call whose payload is JSON. It is not where there is other
// traffic, a call without a body (a stored response, a list), or a file.
inline bool is_json_call(const pipeline::Message& message) {
  return message.call && message.facts != nullptr && !message.payload.empty();
}

// In the order of the payload. REQUIRES: is_json_call(), phase RequestBody.
// Errors: of llm::list_request_texts().
Result<std::vector<llm::Text>> request_texts(const pipeline::Turn& turn);

}  // namespace tidegate::processors
