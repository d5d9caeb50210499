// The answer of a provider that speaks another format than the caller: read, and written anew
// (llm/transcode.h).
#pragma once

#include "async/task.h"
#include "proxy/flight.h"

namespace tidegate::proxy {

// Answers with what `head` and `source` say, in the caller's format: a whole reply, a stream, or
// the provider's error with its status. What came is told by the body, not by its content type:
// some servers stream where a document was asked, and the reverse. REQUIRES: flight.crossing.
// Errors: origin upstream; a stream that ends without its terminator is one.
async::Task<Result<void>> relay_translated_reply(Flight& flight, http::ResponseHead& head,
                                                 stream::BodySource& source);

}  // namespace tidegate::proxy
