// A provider's failure as the caller gets it: the provider's status, words, request id and
// Retry-After, the caller's shape.   Thread: the worker's.
#pragma once

#include <string>
#include <string_view>

#include "async/task.h"
#include "proxy/flight.h"

namespace tidegate::proxy {

// The rest of a body behind `begin`. Errors: the source's; kBodyTooLarge, origin upstream, beyond
// limits::kMaxBufferedBodyBytes.
async::Task<Result<std::string>> read_rest(stream::BodySource& source, std::string begin);

// Makes a head that a provider sent fit for a body in the caller's dialect: takes off what says of
// the provider's body or dialect, and gives the caller's client library the provider's request id
// where it looks for one.
void fit_reply_head(const Flight& flight, http::HeaderMap& fields);

// Sends `body`, JSON, with `head`, which was fitted.
async::Task<Result<void>> send_json(Flight& flight, http::ResponseHead& head,
                                    std::string_view body);

// Sends an error in the caller's shape with head.status. The head was fitted.
async::Task<Result<void>> send_failure(Flight& flight, http::ResponseHead& head,
                                       std::string_view message, std::string_view code,
                                       std::string_view param);

// Reads what the provider said in a reply that is no success, whatever its shape (JSON of any
// dialect, an HTML page), and sends it on. REQUIRES: flight.call.
async::Task<Result<void>> relay_failure(Flight& flight, http::ResponseHead& head,
                                        stream::BodySource& source);

}  // namespace tidegate::proxy
