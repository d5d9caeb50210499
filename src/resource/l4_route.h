// TLSRoute, TCPRoute and UDPRoute.   Source: Gateway API v1.6.1, tlsroute_types.go,
// tcproute_types.go, udproute_types.go. Three types of one shape; only TLSRoute has hostnames.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "resource/http_route.h"

namespace tidegate::resource {

struct L4RouteRule {
  std::optional<std::string> name;
  std::vector<BackendRef> backend_refs;  // 1..16
};

struct L4RouteBase {
  ObjectMeta meta;
  Source source;
  std::vector<ParentReference> parent_refs;
  UseDefaultGateways use_default_gateways = UseDefaultGateways::kUnset;
  std::vector<L4RouteRule> rules;  // exactly 1
};

struct TlsRoute : L4RouteBase {
  std::vector<std::string> hostnames;  // 1..1024, SNI names, lower case; may start with "*."
};
struct TcpRoute : L4RouteBase {};
struct UdpRoute : L4RouteBase {};

}  // namespace tidegate::resource
