// HTTPRoute.   Source: Gateway API v1.6.1 (experimental channel), httproute_types.go.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "resource/filters.h"
#include "resource/meta.h"
#include "resource/references.h"

namespace tidegate::resource {

struct HttpPathMatch {
  enum class Type : std::uint8_t { kExact, kPathPrefix, kRegularExpression };
  Type type = Type::kPathPrefix;
  std::string value = "/";  // <= 1024 bytes
};

// A header or query parameter.
struct ValueMatch {
  enum class Type : std::uint8_t { kExact, kRegularExpression };
  Type type = Type::kExact;
  std::string name;
  std::string value;
};

struct HttpRouteMatch {
  HttpPathMatch path;
  std::vector<ValueMatch> headers;       // <= 16; of equal names (no case) only the first counts
  std::vector<ValueMatch> query_params;  // <= 16; of equal names only the first counts
  std::optional<std::string>
      method;  // GET, HEAD, POST, PUT, DELETE, CONNECT, OPTIONS, TRACE, PATCH
};

// GEP-2257 durations, parsed. 0: no timeout.
struct HttpRouteTimeouts {
  std::optional<std::chrono::milliseconds> request;
  std::optional<std::chrono::milliseconds> backend_request;  // <= request, unless request is 0
};

struct HttpRouteRetry {
  std::vector<std::uint16_t> codes;       // 400..599
  std::optional<std::uint32_t> attempts;  // >= 1
  std::optional<std::chrono::milliseconds> backoff;
};

struct SessionPersistence {
  enum class Type : std::uint8_t { kCookie, kHeader };
  enum class CookieLifetime : std::uint8_t { kSession, kPermanent };
  std::optional<std::string> session_name;
  std::optional<std::chrono::milliseconds> absolute_timeout;
  Type type = Type::kCookie;
  std::optional<CookieLifetime> cookie_lifetime;  // cookieConfig.lifetimeType
};

// A backend of an HTTPRoute or GRPCRoute.
struct HttpBackendRef {
  BackendObjectReference ref;
  std::uint32_t weight = 1;  // 0..1000000
  std::vector<RouteFilter> filters;
};

struct HttpRouteRule {
  std::optional<std::string> name;
  std::vector<HttpRouteMatch> matches;       // decoded with the default: one match of prefix "/"
  std::vector<RouteFilter> filters;          // <= 16
  std::vector<HttpBackendRef> backend_refs;  // <= 16
  std::optional<HttpRouteTimeouts> timeouts;
  std::optional<HttpRouteRetry> retry;
  std::optional<SessionPersistence> session_persistence;
};

// What all routes have in common: spec.parentRefs and useDefaultGateways.
enum class UseDefaultGateways : std::uint8_t { kUnset, kAll, kNone };

struct HttpRoute {
  ObjectMeta meta;
  Source source;
  std::vector<ParentReference> parent_refs;  // <= 32
  UseDefaultGateways use_default_gateways = UseDefaultGateways::kUnset;
  std::vector<std::string>
      hostnames;  // <= 16, lower case; may start with "*."; empty: the listener's
  std::vector<HttpRouteRule> rules;  // 1..16; decoded with the default rule
};

}  // namespace tidegate::resource
