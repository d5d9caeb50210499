// The routes of one hostname of a listener, arranged for search.
//
// A *node* is one path, a *candidate* one match of that path. A tier depends on its routes alone,
// so that a reload makes those anew whose routes changed and shares all others. Thread: immutable
// once made; free to share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "route/compiled_route.h"
#include "route/flat_index.h"
#include "route/text_hash.h"

namespace tidegate::route {

struct Candidate {
  const CompiledMatch* match = nullptr;
  const CompiledRoute* route = nullptr;
  std::uint32_t position = 0;  // rank among the node's candidates, 0 first
};

// Candidates of a node: [begin, plain_end) in order of rank, those that ask for no exact model;
// then [plain_end, end) by model. `probes` are the model candidates that differ in anything else
// than the model, each the first of its kind: they tell whether the model matters at all without a
// look at every model.
struct Node {
  std::string_view path;
  config::PathMatch::Kind kind = config::PathMatch::Kind::kExact;
  std::uint32_t begin = 0;
  std::uint32_t plain_end = 0;
  std::uint32_t end = 0;
  std::uint32_t probes_begin = 0;
  std::uint32_t probes_end = 0;
};

struct RegexNode {
  const Regex* regex = nullptr;
  std::uint32_t node = 0;
};

// Candidates [begin, end) of one node for one model.
struct ModelGroup {
  std::string_view model;
  std::uint32_t node = 0;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

struct Tier {
  std::string hostname;  // as routes write it, lower case: "a.example.com", "*.example.com", or ""
  bool has_exact = false;
  std::uint16_t prefix_cuts = 0;  // deepest prefix in segments, plus one; 0: no prefix
  // In order of precedence; keeps alive all that the rest points to.
  std::vector<std::shared_ptr<const CompiledRoute>> routes;
  std::vector<Node> nodes;
  FlatIndex node_index;
  std::vector<Candidate> candidates;
  std::vector<Candidate> probes;
  std::vector<RegexNode> regexes;  // the longest literal start first
  std::vector<ModelGroup> models;
  FlatIndex model_index;

  bool is_wildcard() const { return hostname.starts_with("*."); }
  // What a host is compared with: the name, or what follows "*.".
  std::string_view name() const { return std::string_view(hostname).substr(is_wildcard() ? 2 : 0); }
  // Bytes held, without the compiled routes.
  std::size_t bytes() const;
};

using TierPtr = std::shared_ptr<const Tier>;

inline std::uint64_t node_hash(config::PathMatch::Kind kind, std::uint64_t path_hash) {
  return mix(path_hash, static_cast<std::uint64_t>(kind));
}
inline std::uint64_t model_hash(std::uint32_t node, std::string_view model) {
  return hash_text(model, kHashSeed + node);
}

// `routes` are in order of precedence.
TierPtr make_tier(std::string_view hostname,
                  std::vector<std::shared_ptr<const CompiledRoute>> routes);

}  // namespace tidegate::route
