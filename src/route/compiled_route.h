// One HTTPRoute or GRPCRoute made ready for matching: expressions compiled, weights summed, texts
// hashed.
//
// A CompiledRoute depends on its config::HttpRoute alone, so a reload reuses it for every route
// that did not change (route_cache.h). Routers only arrange pointers to its matches. Thread:
// immutable; free to share.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/http_route.h"
#include "route/conditions.h"
#include "route/regex.h"

namespace tidegate::route {

struct Rule {
  const config::HttpRule* config = nullptr;
  std::uint32_t index = 0;  // within the route
  bool wants_payload =
      false;  // some backend is a model provider: the payload's model must be known
  std::uint64_t total_weight = 0;  // of all backends
};

struct CompiledMatch {
  const config::HttpMatch* config = nullptr;
  std::string_view path;  // exact: as written; prefix: without trailing slashes; regex: the pattern
  std::uint64_t path_hash = 0;  // exact, regex: of `path`; prefix: of its segments
  std::uint32_t rule = 0;
  std::uint16_t prefix_segments = 0;
  bool impossible = false;  // something in it could not be compiled: never holds
  std::optional<Regex> path_regex;
  std::unique_ptr<const Conditions> conditions;  // null: only path and method

  bool method_holds(std::string_view method) const {
    return config->method.empty() || config->method == method;
  }
  // Order among matches of one path, higher first: method, then headers, then query parameters.
  std::uint64_t precedence() const;
};

// Picks among the rule's backends by weight. `random` must be uniform over all 64-bit values.
// Returns null when there is no backend or every weight is 0: the request is answered with 500. An
// unresolved reference keeps its share: the caller answers its `error_status`.
const config::WeightedBackend* choose_backend(const Rule& rule, std::uint64_t random);

class CompiledRoute {
 public:
  explicit CompiledRoute(std::shared_ptr<const config::HttpRoute> config);

  const config::HttpRoute& config() const { return *config_; }
  const std::shared_ptr<const config::HttpRoute>& shared_config() const { return config_; }
  std::span<const Rule> rules() const { return rules_; }
  std::span<const CompiledMatch> matches() const { return matches_; }
  // What could not be compiled, for logs and status; matches named here never hold.
  const std::vector<std::string>& problems() const { return problems_; }

 private:
  CompiledMatch compile_match(const config::HttpMatch& match, std::uint32_t rule);

  std::shared_ptr<const config::HttpRoute> config_;
  std::vector<Rule> rules_;
  std::vector<CompiledMatch> matches_;  // of all rules, in order
  std::vector<std::string> problems_;
};

}  // namespace tidegate::route
