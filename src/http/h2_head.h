// From the fields of one HTTP/2 header block to a message head, with every check that makes the
// head safe to write as HTTP/1.
//
// nghttp2 checks most of this first; these rules hold by themselves, so that no setting or bug
// there lets a line break, a second Host or a connection field through. Thread: any.   Source: RFC
// 9113 8.2, 8.3, 8.5; RFC 8441 (:protocol).
#pragma once

#include <cstdint>
#include <string_view>

#include "base/error.h"
#include "http/message.h"

namespace tidegate::http {

// Whether a stream goes on behind these bytes.
enum class EndStream : std::uint8_t { kNo, kYes };

// Adds one field; pseudo fields go to their members. Unknown and repeated pseudo
// fields stay in `fields` and make finish fail.
// The texts must live as long as the head.
void add_h2_field(std::string_view name, std::string_view value, RequestHead& head);
void add_h2_field(std::string_view name, std::string_view value, ResponseHead& head);

// Checks and completes a request head: authority from :authority or Host (which is removed),
// cookies joined, body length, expect_continue, upgrade (":protocol"). Errors: origin downstream:
// kMalformed, kBadContentLength, kProtocolViolation (connection-specific fields).
Result<void> finish_h2_request(RequestHead& head, EndStream end);

// Checks and completes a response head. Errors: origin upstream, codes as above.
Result<void> finish_h2_response(std::string_view request_method, ResponseHead& head, EndStream end);

// Checks trailer fields; those that must not be trailers are removed.
Result<void> finish_h2_trailers(HeaderMap& fields, Origin origin);

}  // namespace tidegate::http
