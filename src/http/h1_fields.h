// Field lines of HTTP/1 heads and trailers: "name: value" CRLF, until the empty line.
//
// Strict: only CRLF ends a line, no folding, no space before the colon, no control byte in a value.
// Fields are appended as views into the given bytes. Thread: any.   Source: RFC 9112 5.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/error.h"
#include "http/header_map.h"

namespace tidegate::http {

// Reads from `at` up to and including the empty line, appending to `out`.
// Returns: just behind the empty line; nullptr when the bytes end before it (then `out` holds a
// part). Errors:  kMalformed with what is wrong; kHeadTooLarge beyond `max_fields`.
Result<const char*> parse_fields(const char* at, const char* end, std::size_t max_fields,
                                 Origin origin, HeaderMap& out);

}  // namespace tidegate::http
