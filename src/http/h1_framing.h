// What the fields of an HTTP/1 head say about framing and the connection, checked for
// contradictions.
//
// One pass over the fields; both head parsers decide from its result. Everything two readers might
// understand differently is an error: several Content-Length or Host fields, lists, signs,
// Content-Length beside Transfer-Encoding, any coding but one final "chunked". Thread: any. Source:
// RFC 9112 6 and 9, RFC 9110 7.2, 7.8, 8.6, 10.1.1.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/error.h"
#include "http/header_map.h"
#include "http/message.h"

namespace tidegate::http {

struct Framing {
  std::optional<std::uint64_t> length;  // Content-Length
  bool chunked = false;                 // Transfer-Encoding: chunked
  bool keep_alive = true;               // Connection options under the version's default
  bool expect_continue = false;
  std::string_view upgrade;  // only when Connection lists "upgrade"; never one that offers h2c
  std::optional<std::string_view> host;
};

// Errors: kBadContentLength, kMalformed, kUnsupported (a coding we do not know), with the given
// origin.
Result<Framing> read_framing(const HeaderMap& fields, Version version, Origin origin);

// One or more digits, nothing else, below 2^63.
std::optional<std::uint64_t> parse_content_length(std::string_view text);

}  // namespace tidegate::http
