// Heads of HTTP/1.0 and HTTP/1.1 messages: bytes in, RequestHead or ResponseHead out.
//
// Strict, so that no other parser can read another message out of the same bytes: see h1_framing.h,
// h1_fields.h and authority.h for the rules, and request_smuggling_test.cc for them as a table.
//
// The way of a head: take_*_head() parses it in the shared read buffer and then moves it to the
// exchange's arena. When it was not whole, find_head_end() finds out when to try again.
// Thread: any.   Source: RFC 9112, RFC 9110.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/error.h"
#include "base/limits.h"
#include "http/message.h"

namespace tidegate::http {

struct H1Limits {
  std::size_t max_head_bytes = limits::kMaxHeadBytes;
  std::size_t max_target_bytes = limits::kMaxTargetBytes;
  std::size_t max_fields = limits::kMaxHeaderCount;
};

// How far a head is: whole, with its length, or short of bytes.
struct ParseState {
  std::size_t head_bytes =
      0;  // with the empty line at its end, and a CRLF before it where one was; 0: need more
  bool complete() const { return head_bytes != 0; }
};

// Length of the head that starts at bytes[0], with the empty line that ends it; 0 while that is
// missing.
//
// `scanned` belongs to the caller: 0 for a new head, then passed unchanged with the same bytes plus
// more, so that nothing is searched twice. A line that ends in a bare LF counts as the end too: the
// parser then refuses the head at once, instead of waiting for an end that may never come. A parse
// of the bytes found here never says "need more".
std::size_t find_head_end(std::string_view bytes, std::size_t& scanned);

// Parses a request head at the front of `bytes`. The views in `out` point into them.
// Fills:   all of `out` but `scheme`, which only the listener knows. `authority` is Host, or the
// target's own in
//          absolute and CONNECT form; empty only for HTTP/1.0 without Host.
// Accepts: one CRLF before the request line (RFC 9112 2.2); nothing else that is not in the
// grammar. Errors:  origin downstream. kMalformed (400), kBadContentLength (400), kUriTooLong
// (414), kHeadTooLarge
//          (431), kUnsupported (501 for codings, 505 for versions: `detail` starts with "HTTP
//          version").
Result<ParseState> parse_request_head(std::string_view bytes, const H1Limits& limits,
                                      RequestHead& out);

// Parses a response head at the front of `bytes`; `request_method` decides with the status whether
// a body follows. Errors: origin upstream; codes as above.
Result<ParseState> parse_response_head(std::string_view bytes, const H1Limits& limits,
                                       std::string_view request_method, ResponseHead& out);

// The same two, with the head moved to `arena`: `bytes` may go away. When the head is not whole,
// `out` holds nothing of use; after an error method, target and authority, as far as they came.
Result<ParseState> take_request_head(std::string_view bytes, const H1Limits& limits, Arena& arena,
                                     RequestHead& out);
Result<ParseState> take_response_head(std::string_view bytes, const H1Limits& limits,
                                      std::string_view request_method, Arena& arena,
                                      ResponseHead& out);

}  // namespace tidegate::http
