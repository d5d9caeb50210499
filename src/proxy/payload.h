// Whole payloads: read up to limits::kMaxBufferedBodyBytes when something asks to see them.
#pragma once

#include <cstddef>
#include <string_view>

#include "async/task.h"
#include "proxy/flight.h"

namespace tidegate::proxy {

// Makes flight.body().whole() available, for what must see it. A body that is here already is not
// copied. Errors: kBodyTooLarge beyond the limit; the source's own.
async::Task<Result<void>> read_payload(Flight& flight);

// The same for what must understand it: its content codings are undone, and the request goes on
// without them. Errors: besides, 415 with Accept-Encoding for a coding that is not known
// (RFC 9110 15.5.16); kMalformed, kBodyTooLarge for what cannot be decoded within the limit.
async::Task<Result<void>> read_plain_payload(Flight& flight);
// The code of that 415.
inline constexpr std::string_view kUnsupportedCoding = "unsupported_content_encoding";

// The same as read_payload() for what would like to have it, to send it more than once. False: it
// is over the limit, and goes its way once, as it comes. Errors: the source's own.
async::Task<Result<bool>> keep_payload(Flight& flight);

// How long the request's body is once it is kept: one with trailers has no length told.
http::BodyLength kept_length(const Flight& flight, std::size_t bytes);

}  // namespace tidegate::proxy
