// The network extension's values: IP addresses and CIDR blocks.
// Source: the network extension of cel-spec (Kubernetes' ip and cidr libraries).
#pragma once

#include <optional>
#include <string>

#include "cel/value.h"

namespace tidegate::cel {

// "192.168.0.1", "2001:db8::/32"; nothing for a value of another extension.
std::optional<std::string> format_network(const Opaque& value);

}  // namespace tidegate::cel
