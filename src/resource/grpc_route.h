// GRPCRoute.   Source: Gateway API v1.6.1, grpcroute_types.go.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "resource/http_route.h"

namespace tidegate::resource {

struct GrpcMethodMatch {
  enum class Type : std::uint8_t { kExact, kRegularExpression };
  Type type = Type::kExact;
  std::optional<std::string> service;  // "pkg.Service"; at least one of service and method is set
  std::optional<std::string> method;
};

struct GrpcRouteMatch {
  std::optional<GrpcMethodMatch> method;  // absent: every method
  std::vector<ValueMatch> headers;
};

struct GrpcRouteRule {
  std::optional<std::string> name;
  std::vector<GrpcRouteMatch> matches;  // empty: every request
  // Only RequestHeaderModifier, ResponseHeaderModifier, RequestMirror and ExtensionRef.
  std::vector<RouteFilter> filters;
  std::vector<HttpBackendRef> backend_refs;
  std::optional<SessionPersistence> session_persistence;
};

struct GrpcRoute {
  ObjectMeta meta;
  Source source;
  std::vector<ParentReference> parent_refs;
  UseDefaultGateways use_default_gateways = UseDefaultGateways::kUnset;
  std::vector<std::string> hostnames;
  std::vector<GrpcRouteRule> rules;  // <= 16; may be empty
};

}  // namespace tidegate::resource
