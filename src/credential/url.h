// Addresses of token endpoints.   Thread: pure functions.   Source: RFC 3986, the part that is
// needed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

namespace tidegate::credential {

struct Url {
  bool tls = false;
  std::string host;  // without brackets
  std::uint16_t port = 0;
  std::string authority;  // as Host wants it: without the scheme's own port
  std::string target;     // path and query, "/" at least
};

// http or https, without user information; a fragment is dropped.
// Errors: kInvalidConfig, origin internal; the URL is not repeated, since a query may hold
// anything.
Result<Url> parse_url(std::string_view text);

}  // namespace tidegate::credential
