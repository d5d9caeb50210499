// A proxy on the way out.
#pragma once

#include <cstdint>
#include <string>

#include "base/secret.h"

namespace tidegate::config {

// Connections are tunnels through it, asked for by HTTP CONNECT; it resolves the destination's
// name.
struct ForwardProxy {
  std::string host;  // a name or an IP literal
  std::uint16_t port = 0;
  Secret authorization;  // value of Proxy-Authorization; empty: none
  friend bool operator==(const ForwardProxy&, const ForwardProxy&) = default;
};

}  // namespace tidegate::config
