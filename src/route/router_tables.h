// The arrays that a Router searches, and how they are made.
//
// Everything is flat: a *tier* is one hostname of one listener, a *node* one path of one tier, a
// *candidate* one match of that path. Nodes of the whole port share one hash index, so the memory
// of a route does not depend on how routes spread over hosts and paths. Thread: immutable once
// made.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/document.h"
#include "route/compiled_route.h"
#include "route/flat_index.h"
#include "route/host_table.h"
#include "route/route_cache.h"

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
  std::uint32_t tier = 0;
  config::PathMatch::Kind kind = config::PathMatch::Kind::kExact;
  std::uint32_t begin = 0;
  std::uint32_t plain_end = 0;
  std::uint32_t end = 0;
  std::uint32_t probes_begin = 0;
  std::uint32_t probes_end = 0;
};

struct Tier {
  bool has_exact = false;
  std::uint16_t prefix_cuts = 0;  // deepest prefix in segments, plus one; 0: no prefix
  std::uint32_t regex_begin = 0;
  std::uint32_t regex_end = 0;
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

struct ListenerTable {
  std::string id;
  std::string hostname;
  HostTable tiers;                // route hostname -> tier
  std::uint16_t prefix_cuts = 0;  // the most of any tier
};

struct RouterTables {
  std::vector<std::shared_ptr<const CompiledRoute>>
      routes;  // keeps alive all that the rest points to
  std::vector<ListenerTable> listeners;
  HostTable hosts;  // listener hostname -> listener
  std::vector<Tier> tiers;
  std::vector<Node> nodes;
  FlatIndex node_index;
  std::vector<Candidate> candidates;
  std::vector<Candidate> probes;
  std::vector<RegexNode> regexes;  // per tier, the longest literal start first
  std::vector<ModelGroup> models;
  FlatIndex model_index;
};

inline std::uint64_t node_hash(std::uint32_t tier, config::PathMatch::Kind kind,
                               std::uint64_t path_hash) {
  return mix(path_hash, (std::uint64_t{tier} << 2) | static_cast<std::uint64_t>(kind));
}
inline std::uint64_t model_hash(std::uint32_t node, std::string_view model) {
  return hash_text(model, kHashSeed + node);
}

// Arranges the routes of the listeners that share a port.
RouterTables make_tables(std::span<const config::Listener* const> listeners, RouteCache& cache);

}  // namespace tidegate::route
