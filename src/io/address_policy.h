// Which addresses are no place on the public Internet: what a name from outside must not lead to
// (server-side request forgery, DNS rebinding).
//
// Thread: pure functions.   Source: IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC
// 6890, of 2025-10); RFC 6052 (NAT64), RFC 3056 (6to4); addresses of cloud metadata services.
#pragma once

#include <optional>
#include <string_view>

#include "io/address.h"

namespace tidegate::io {

// The special-purpose range an address is in, in words ("link-local"); empty: it is public. An IPv6
// address that carries an IPv4 one (mapped, NAT64, 6to4) is judged by that.
std::optional<std::string_view> find_special_range(const Address& address);

}  // namespace tidegate::io
