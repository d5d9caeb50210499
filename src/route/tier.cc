#include "route/tier.h"

#include <algorithm>
#include <span>
#include <utility>

namespace tidegate::route {
namespace {

// Distinct sets of other conditions to tell apart per node; beyond, a probe stands for any of them.
constexpr std::size_t kMaxProbes = 16;

const ValueCondition* exact_model(const Candidate& candidate) {
  if (!candidate.match->conditions) return nullptr;
  const ValueCondition* model = candidate.match->conditions->model();
  return model != nullptr && !model->regex ? model : nullptr;
}

bool same_besides_model(const CompiledMatch& a, const CompiledMatch& b) {
  return a.config->method == b.config->method && a.conditions->same_besides_model(*b.conditions);
}

class Builder {
 public:
  explicit Builder(Tier& tier) : tier_(tier) {}

  void build() {
    reserve();
    for (const auto& route : tier_.routes) add_matches(*route);
    arrange_candidates();
    arrange_regexes();
  }

 private:
  void reserve() {
    std::size_t matches = 0;
    for (const auto& route : tier_.routes) matches += route->matches().size();
    tier_.nodes.reserve(matches);
    pending_.reserve(matches);
    pending_nodes_.reserve(matches);
  }

  void add_matches(const CompiledRoute& route) {
    for (const CompiledMatch& match : route.matches()) {
      if (match.impossible) continue;
      pending_.push_back(Candidate{.match = &match, .route = &route});
      pending_nodes_.push_back(find_or_add_node(match));
    }
  }

  std::uint32_t find_or_add_node(const CompiledMatch& match) {
    const config::PathMatch::Kind kind = match.config->path.kind;
    const std::uint64_t hash = node_hash(kind, match.path_hash);
    const std::uint32_t present = tier_.node_index.find(hash, [&](std::uint32_t i) {
      return tier_.nodes[i].kind == kind && tier_.nodes[i].path == match.path;
    });
    if (present != FlatIndex::kAbsent) return present;
    const auto fresh = static_cast<std::uint32_t>(tier_.nodes.size());
    tier_.nodes.push_back(Node{.path = match.path, .kind = kind});
    tier_.node_index.insert(hash, fresh);
    note_kind(match, fresh);
    return fresh;
  }

  void note_kind(const CompiledMatch& match, std::uint32_t node) {
    switch (match.config->path.kind) {
      case config::PathMatch::Kind::kExact:
        tier_.has_exact = true;
        break;
      case config::PathMatch::Kind::kPrefix: {
        const auto cuts = static_cast<std::uint16_t>(match.prefix_segments + 1);
        tier_.prefix_cuts = std::max(tier_.prefix_cuts, cuts);
        break;
      }
      case config::PathMatch::Kind::kRegex:
        tier_.regexes.push_back({.regex = &*match.path_regex, .node = node});
        break;
    }
  }

  // Moves the candidates, which came in order of routes and rules, to their nodes and ranks them
  // there.
  void arrange_candidates() {
    for (const std::uint32_t node : pending_nodes_) ++tier_.nodes[node].end;
    std::uint32_t begin = 0;
    for (Node& node : tier_.nodes) {
      const std::uint32_t count = std::exchange(node.end, begin);
      node.begin = begin;
      begin += count;
    }
    tier_.candidates.resize(pending_.size());
    for (std::size_t i = 0; i < pending_.size(); ++i) {
      tier_.candidates[tier_.nodes[pending_nodes_[i]].end++] = pending_[i];
    }
    for (std::uint32_t i = 0; i < tier_.nodes.size(); ++i) arrange_node(i);
  }

  void arrange_node(std::uint32_t index) {
    Node& node = tier_.nodes[index];
    const std::span<Candidate> all(&tier_.candidates[node.begin], node.end - node.begin);
    number(all);
    if (all.size() > 1) {
      std::ranges::sort(all, [](const Candidate& a, const Candidate& b) {
        const std::uint64_t rank_a = a.match->precedence();
        const std::uint64_t rank_b = b.match->precedence();
        return rank_a != rank_b ? rank_a > rank_b : a.position < b.position;
      });
      number(all);
    }
    std::ranges::sort(all, {}, [](const Candidate& candidate) {
      return std::pair(exact_model(candidate) != nullptr, candidate.position);
    });
    const auto models = std::ranges::find_if(
        all, [](const Candidate& candidate) { return exact_model(candidate) != nullptr; });
    node.plain_end = node.begin + static_cast<std::uint32_t>(models - all.begin());
    if (models != all.end()) arrange_models(index);
  }

  static void number(std::span<Candidate> candidates) {
    for (std::uint32_t i = 0; i < candidates.size(); ++i) candidates[i].position = i;
  }

  void arrange_models(std::uint32_t index) {
    Node& node = tier_.nodes[index];
    const std::span<Candidate> models(&tier_.candidates[node.plain_end], node.end - node.plain_end);
    add_probes(node, models);
    std::ranges::sort(models, {}, [](const Candidate& candidate) {
      return std::pair(std::string_view(exact_model(candidate)->config->value), candidate.position);
    });
    for (std::uint32_t i = node.plain_end; i < node.end; ++i) {
      const std::string_view model = exact_model(tier_.candidates[i])->config->value;
      if (i == node.plain_end || tier_.models.back().model != model) {
        tier_.model_index.insert(model_hash(index, model),
                                 static_cast<std::uint32_t>(tier_.models.size()));
        tier_.models.push_back(ModelGroup{.model = model, .node = index, .begin = i, .end = i});
      }
      tier_.models.back().end = i + 1;
    }
  }

  // `models` is still in order of rank.
  void add_probes(Node& node, std::span<const Candidate> models) {
    node.probes_begin = static_cast<std::uint32_t>(tier_.probes.size());
    for (const Candidate& candidate : models) {
      const std::span<const Candidate> known =
          std::span<const Candidate>(tier_.probes).subspan(node.probes_begin);
      if (known.size() > kMaxProbes) break;
      const bool seen = std::ranges::any_of(known, [&](const Candidate& probe) {
        return same_besides_model(*probe.match, *candidate.match);
      });
      if (seen) continue;
      tier_.probes.push_back(candidate);
      if (known.size() == kMaxProbes) tier_.probes.back().match = nullptr;  // stands for any
    }
    node.probes_end = static_cast<std::uint32_t>(tier_.probes.size());
  }

  void arrange_regexes() {
    std::ranges::sort(tier_.regexes, {}, [](const RegexNode& entry) {
      // Nodes are numbered in order of routes.
      return std::pair(~entry.regex->literal_prefix_bytes(), entry.node);
    });
  }

  Tier& tier_;
  std::vector<Candidate> pending_;
  std::vector<std::uint32_t> pending_nodes_;  // node of each pending candidate
};

}  // namespace

TierPtr make_tier(std::string_view hostname,
                  std::vector<std::shared_ptr<const CompiledRoute>> routes) {
  auto tier = std::make_shared<Tier>();
  tier->hostname = hostname;
  tier->routes = std::move(routes);
  Builder(*tier).build();
  tier->routes.shrink_to_fit();
  tier->nodes.shrink_to_fit();
  return tier;
}

std::size_t Tier::bytes() const {
  return sizeof(Tier) + node_index.bytes() + model_index.bytes() +
         routes.capacity() * sizeof(routes[0]) + nodes.capacity() * sizeof(Node) +
         candidates.capacity() * sizeof(Candidate) + probes.capacity() * sizeof(Candidate) +
         regexes.capacity() * sizeof(RegexNode) + models.capacity() * sizeof(ModelGroup);
}

}  // namespace tidegate::route
