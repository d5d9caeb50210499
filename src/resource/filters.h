// Filters of HTTPRoute and GRPCRoute rules and backendRefs.   Source: Gateway API v1.6.1,
// httproute_types.go.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "resource/references.h"

namespace tidegate::resource {

struct HttpHeader {
  std::string name;   // a token
  std::string value;  // 1..4096 bytes
};

struct HeaderModifier {
  std::vector<HttpHeader> set;  // <= 16 each
  std::vector<HttpHeader> add;
  std::vector<std::string> remove;
};
// Two types, so that a filter's variant says which side it edits.
struct RequestHeaderModifier : HeaderModifier {};
struct ResponseHeaderModifier : HeaderModifier {};

struct HttpPathModifier {
  enum class Type : std::uint8_t { kReplaceFullPath, kReplacePrefixMatch };
  Type type = Type::kReplaceFullPath;
  std::string value;  // <= 1024 bytes
};

struct RequestRedirect {
  std::optional<std::string> scheme;    // http | https
  std::optional<std::string> hostname;  // precise
  std::optional<HttpPathModifier> path;
  std::optional<std::uint16_t> port;
  std::uint16_t status_code = 302;  // 301, 302, 303, 307, 308
};

struct UrlRewrite {
  std::optional<std::string> hostname;
  std::optional<HttpPathModifier> path;
};

struct Fraction {
  std::int32_t numerator = 0;
  std::int32_t denominator = 100;
};

struct RequestMirror {
  BackendObjectReference backend_ref;
  std::optional<std::int32_t> percent;  // 0..100; at most one of percent and fraction
  std::optional<Fraction> fraction;
};

struct CorsFilter {
  std::vector<std::string> allow_origins;  // <= 64
  std::optional<bool> allow_credentials;
  std::vector<std::string> allow_methods;  // <= 9; "*" alone
  std::vector<std::string> allow_headers;  // <= 64; "*" alone
  std::vector<std::string> expose_headers;
  std::int32_t max_age = 5;  // seconds, >= 1
};

// externalAuth (experimental, GEP-1494).
struct ExternalAuth {
  enum class Protocol : std::uint8_t { kHttp, kGrpc };
  Protocol protocol = Protocol::kHttp;
  BackendObjectReference backend_ref;
  std::string path;                                    // http.path
  std::vector<std::string> allowed_headers;            // http.allowedHeaders or grpc.allowedHeaders
  std::vector<std::string> allowed_response_headers;   // http.allowedResponseHeaders
  std::optional<std::uint16_t> forward_body_max_size;  // forwardBody.maxSize, bytes
};

struct ExtensionRef {
  LocalObjectReference ref;
};

// The alternative is the filter's `type`; decoding has checked that the field of that name, and no
// other, is set.
using RouteFilter = std::variant<RequestHeaderModifier, ResponseHeaderModifier, RequestRedirect,
                                 UrlRewrite, RequestMirror, CorsFilter, ExternalAuth, ExtensionRef>;

}  // namespace tidegate::resource
