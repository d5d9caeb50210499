// HTTPRoute and GRPCRoute filters, resolved.   Source: Gateway API v1.6.1, HTTPRouteFilter.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tidegate::config {

struct Backend;

struct NameValue {
  std::string name;  // as written; compared without case
  std::string value;
  friend bool operator==(const NameValue&, const NameValue&) = default;
};

// RequestHeaderModifier and ResponseHeaderModifier. Order of effect: set, add, remove.
struct HeaderEdits {
  std::vector<NameValue> set;
  std::vector<NameValue> add;  // a present field gets ",value" appended
  std::vector<std::string> remove;
  bool empty() const { return set.empty() && add.empty() && remove.empty(); }
  friend bool operator==(const HeaderEdits&, const HeaderEdits&) = default;
};

struct PathModifier {
  enum class Kind : std::uint8_t { kReplaceFullPath, kReplacePrefixMatch };
  Kind kind = Kind::kReplaceFullPath;
  std::string value;
  friend bool operator==(const PathModifier&, const PathModifier&) = default;
};

struct Redirect {
  std::string scheme;    // empty: as the request
  std::string hostname;  // empty: as the request
  std::optional<std::uint16_t>
      port;  // absent: well-known port of a set scheme, else the listener's
  std::optional<PathModifier> path;
  std::uint16_t status = 302;
  friend bool operator==(const Redirect&, const Redirect&) = default;
};

struct UrlRewrite {
  std::string hostname;  // empty: unchanged
  std::optional<PathModifier> path;
  friend bool operator==(const UrlRewrite&, const UrlRewrite&) = default;
};

// A copy of the request to another backend; its answer is read and dropped.
struct Mirror {
  std::shared_ptr<const Backend> backend;  // null when unresolved: nothing is sent
  std::uint32_t numerator = 100;           // share of requests: numerator / denominator
  std::uint32_t denominator = 100;
};

// GEP-1767.
struct Cors {
  std::vector<std::string>
      allow_origins;  // exact, "*", or with a wildcard label "https://*.example.com"
  bool allow_credentials = false;
  std::vector<std::string> allow_methods;  // "*" for any
  std::vector<std::string> allow_headers;
  std::vector<std::string> expose_headers;
  std::uint32_t max_age_seconds = 5;
  friend bool operator==(const Cors&, const Cors&) = default;
};

struct Filters {
  HeaderEdits request_headers;
  HeaderEdits response_headers;
  std::optional<Redirect> redirect;
  std::optional<UrlRewrite> rewrite;
  std::vector<Mirror> mirrors;
  std::optional<Cors> cors;
};

}  // namespace tidegate::config
