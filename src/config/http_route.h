// HTTPRoute and GRPCRoute, resolved into one form: a gRPC method match is a path match.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/backend.h"
#include "config/filters.h"
#include "config/pipeline.h"

namespace tidegate::config {

struct PathMatch {
  enum class Kind : std::uint8_t { kExact, kPrefix, kRegex };  // kPrefix goes by whole segments
  Kind kind = Kind::kPrefix;
  std::string value = "/";
  friend bool operator==(const PathMatch&, const PathMatch&) = default;
};

// A header or query parameter that must have a value.
struct ValueMatch {
  enum class Kind : std::uint8_t { kExact, kRegex };
  Kind kind = Kind::kExact;
  std::string name;  // headers: lower case; query parameters: as written
  std::string value;
  friend bool operator==(const ValueMatch&, const ValueMatch&) = default;
};

struct HttpMatch {
  PathMatch path;
  std::string method;               // empty: any
  std::vector<ValueMatch> headers;  // all must hold; "x-gateway-model-name" is the payload's model
  std::vector<ValueMatch> query;
  friend bool operator==(const HttpMatch&, const HttpMatch&) = default;
};

// Connection errors and, where backend_timeout is set, its passing are tried again too.
struct Retry {
  std::vector<std::uint16_t> codes;      // upstream statuses that are tried again
  std::uint32_t attempts = 0;            // tries after the first
  std::chrono::milliseconds backoff{0};  // shortest wait before a try
  friend bool operator==(const Retry&, const Retry&) = default;
};

struct HttpRule {
  std::string name;  // sectionName of the rule; may be empty
  std::vector<HttpMatch>
      matches;  // any may hold; never empty ("/" prefix when the resource has none)
  std::shared_ptr<const Filters> filters;                    // null: none
  std::vector<WeightedBackend> backends;                     // empty and no redirect: 500
  std::optional<std::chrono::milliseconds> request_timeout;  // absent or 0: none
  std::optional<std::chrono::milliseconds> backend_timeout;  // one try; absent or 0: none
  std::optional<Retry> retry;
  // Where its requests may go (AccessPolicy); null: as the listener says.
  std::shared_ptr<const std::vector<std::string>> regions;
  PipelinesPtr pipelines;  // null: none
  bool invalid = false;    // a filter could not be understood: answers 500
};

struct HttpRoute {
  enum class Kind : std::uint8_t { kHttp, kGrpc };
  std::string id;  // "HTTPRoute/ns/name"; a metric label
  Kind kind = Kind::kHttp;
  std::vector<std::string>
      hostnames;  // after intersection with one listener; empty: the listener's own
  // Shared by all listeners that the route attaches to, so a rule's address identifies it within a
  // Document.
  std::shared_ptr<const std::vector<HttpRule>> rules;  // never null
};

}  // namespace tidegate::config
