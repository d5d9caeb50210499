// "host:port" of a request: Host fields, :authority, absolute targets, CONNECT targets.
//
// Stricter than RFC 3986 on purpose: host names are letters, digits and "-._~", IPv6 stands in
// brackets. User information, percent-encoding, commas, an empty host, an empty port and port 0 are
// refused, so no two readers can see different hosts in one text. Thread: any.   Source: RFC
// 9110 4.2, RFC 3986 3.2.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tidegate::http {

struct Authority {
  std::string_view host;  // as sent; IPv6 literals without their brackets
  std::optional<std::uint16_t> port;
  bool ipv6 = false;
};

// Splits and validates; nothing when the text is not an authority. The views point into `text`.
std::optional<Authority> parse_authority(std::string_view text);

// True when both name the same host and port for that default port ("A.com" and "a.com:80" with
// 80).
bool same_authority(std::string_view a, std::string_view b, std::uint16_t default_port);

}  // namespace tidegate::http
