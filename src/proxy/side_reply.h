// Answers to embeddings, reranking and counts of tokens that went up in another format, or were
// never sent.   Thread: the worker's.
#pragma once

#include <string>

#include "async/task.h"
#include "proxy/flight.h"

namespace tidegate::proxy {

// Says of a count of tokens that nobody counted: x-tidegate-token-count: estimate.
inline constexpr std::string_view kTokenCountField = "x-tidegate-token-count";

// Reads the provider's whole answer and sends the caller's. REQUIRES: flight.side_call.
async::Task<Result<void>> relay_side_reply(Flight& flight, http::ResponseHead& head,
                                           stream::BodySource& source);

// Sends a count that the gateway made itself.
async::Task<Result<void>> send_estimate(Flight& flight, std::string body);

}  // namespace tidegate::proxy
