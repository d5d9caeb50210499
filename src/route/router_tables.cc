#include "route/router_tables.h"

#include <algorithm>
#include <tuple>
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
  explicit Builder(RouteCache& cache) : cache_(cache) {}

  RouterTables build(std::span<const config::Listener* const> listeners) {
    reserve(listeners);
    for (const config::Listener* listener : listeners) add_listener(*listener);
    arrange_candidates();
    arrange_regexes();
    return std::move(tables_);
  }

 private:
  struct PendingRegex {
    std::uint32_t tier;
    RegexNode entry;
  };

  void reserve(std::span<const config::Listener* const> listeners) {
    std::size_t routes = 0;
    for (const config::Listener* listener : listeners) routes += listener->http_routes.size();
    tables_.listeners.reserve(listeners.size());  // hosts and tiers view the strings in it
    tables_.hosts.reserve(listeners.size());
    tables_.routes.reserve(routes);
    tables_.tiers.reserve(routes);
    tables_.nodes.reserve(routes);
    tables_.node_index.reserve(routes);
    pending_.reserve(routes);
    pending_nodes_.reserve(routes);
  }

  void add_listener(const config::Listener& listener) {
    const auto index = static_cast<std::uint32_t>(tables_.listeners.size());
    listener_ = &tables_.listeners.emplace_back();
    listener_->id = listener.id;
    listener_->hostname = listener.hostname;
    tables_.hosts.add(listener_->hostname, index);
    std::size_t hostnames = 0;
    for (const auto& route : listener.http_routes) hostnames += route->hostnames.size();
    listener_->tiers.reserve(hostnames);
    for (const auto& route : listener.http_routes) add_route(cache_.compile(route));
  }

  void add_route(std::shared_ptr<const CompiledRoute> route) {
    if (route->config().hostnames.empty()) {
      add_matches(*route, find_or_add_tier({}));
    }
    for (const std::string& hostname : route->config().hostnames) {
      add_matches(*route, find_or_add_tier(hostname));
    }
    tables_.routes.push_back(std::move(route));
  }

  std::uint32_t find_or_add_tier(std::string_view hostname) {
    const auto fresh = static_cast<std::uint32_t>(tables_.tiers.size());
    const std::uint32_t tier = listener_->tiers.add(hostname, fresh);
    if (tier == fresh) tables_.tiers.emplace_back();
    return tier;
  }

  void add_matches(const CompiledRoute& route, std::uint32_t tier) {
    for (const CompiledMatch& match : route.matches()) {
      if (match.impossible) continue;
      pending_.push_back(Candidate{.match = &match, .route = &route});
      pending_nodes_.push_back(find_or_add_node(match, tier));
    }
  }

  std::uint32_t find_or_add_node(const CompiledMatch& match, std::uint32_t tier) {
    const config::PathMatch::Kind kind = match.config->path.kind;
    const std::uint64_t hash = node_hash(tier, kind, match.path_hash);
    const std::uint32_t present = tables_.node_index.find(hash, [&](std::uint32_t i) {
      const Node& node = tables_.nodes[i];
      return node.tier == tier && node.kind == kind && node.path == match.path;
    });
    if (present != FlatIndex::kAbsent) return present;
    const auto fresh = static_cast<std::uint32_t>(tables_.nodes.size());
    tables_.nodes.push_back(Node{.path = match.path, .tier = tier, .kind = kind});
    tables_.node_index.insert(hash, fresh);
    note_kind(match, tier, fresh);
    return fresh;
  }

  void note_kind(const CompiledMatch& match, std::uint32_t tier, std::uint32_t node) {
    Tier& entry = tables_.tiers[tier];
    switch (match.config->path.kind) {
      case config::PathMatch::Kind::kExact:
        entry.has_exact = true;
        break;
      case config::PathMatch::Kind::kPrefix: {
        const auto cuts = static_cast<std::uint16_t>(match.prefix_segments + 1);
        entry.prefix_cuts = std::max(entry.prefix_cuts, cuts);
        listener_->prefix_cuts = std::max(listener_->prefix_cuts, cuts);
        break;
      }
      case config::PathMatch::Kind::kRegex:
        pending_regexes_.push_back(
            {.tier = tier, .entry = {.regex = &*match.path_regex, .node = node}});
        break;
    }
  }

  // Moves the candidates, which came in order of routes and rules, to their nodes and ranks them
  // there.
  void arrange_candidates() {
    for (const std::uint32_t node : pending_nodes_) ++tables_.nodes[node].end;
    std::uint32_t begin = 0;
    for (Node& node : tables_.nodes) {
      const std::uint32_t count = std::exchange(node.end, begin);
      node.begin = begin;
      begin += count;
    }
    tables_.candidates.resize(pending_.size());
    for (std::size_t i = 0; i < pending_.size(); ++i) {
      tables_.candidates[tables_.nodes[pending_nodes_[i]].end++] = pending_[i];
    }
    for (std::uint32_t i = 0; i < tables_.nodes.size(); ++i) arrange_node(i);
  }

  void arrange_node(std::uint32_t index) {
    Node& node = tables_.nodes[index];
    const std::span<Candidate> all(&tables_.candidates[node.begin], node.end - node.begin);
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
    Node& node = tables_.nodes[index];
    const std::span<Candidate> models(&tables_.candidates[node.plain_end],
                                      node.end - node.plain_end);
    add_probes(node, models);
    std::ranges::sort(models, {}, [](const Candidate& candidate) {
      return std::pair(std::string_view(exact_model(candidate)->config->value), candidate.position);
    });
    for (std::uint32_t i = node.plain_end; i < node.end; ++i) {
      const std::string_view model = exact_model(tables_.candidates[i])->config->value;
      if (i == node.plain_end || tables_.models.back().model != model) {
        tables_.model_index.insert(model_hash(index, model),
                                   static_cast<std::uint32_t>(tables_.models.size()));
        tables_.models.push_back(ModelGroup{.model = model, .node = index, .begin = i, .end = i});
      }
      tables_.models.back().end = i + 1;
    }
  }

  // `models` is still in order of rank.
  void add_probes(Node& node, std::span<const Candidate> models) {
    node.probes_begin = static_cast<std::uint32_t>(tables_.probes.size());
    for (const Candidate& candidate : models) {
      const std::span<const Candidate> known =
          std::span<const Candidate>(tables_.probes).subspan(node.probes_begin);
      if (known.size() > kMaxProbes) break;
      const bool seen = std::ranges::any_of(known, [&](const Candidate& probe) {
        return same_besides_model(*probe.match, *candidate.match);
      });
      if (seen) continue;
      tables_.probes.push_back(candidate);
      if (known.size() == kMaxProbes) tables_.probes.back().match = nullptr;  // stands for any
    }
    node.probes_end = static_cast<std::uint32_t>(tables_.probes.size());
  }

  void arrange_regexes() {
    std::ranges::sort(pending_regexes_, {}, [](const PendingRegex& pending) {
      return std::tuple(pending.tier, ~pending.entry.regex->literal_prefix_bytes(),
                        pending.entry.node);  // nodes are numbered in order of routes
    });
    for (const PendingRegex& pending : pending_regexes_) {
      Tier& tier = tables_.tiers[pending.tier];
      const auto at = static_cast<std::uint32_t>(tables_.regexes.size());
      if (tier.regex_end == 0) tier.regex_begin = at;
      tier.regex_end = at + 1;
      tables_.regexes.push_back(pending.entry);
    }
  }

  RouteCache& cache_;
  RouterTables tables_;
  ListenerTable* listener_ = nullptr;  // the one being added
  std::vector<Candidate> pending_;
  std::vector<std::uint32_t> pending_nodes_;  // node of each pending candidate
  std::vector<PendingRegex> pending_regexes_;
};

}  // namespace

RouterTables make_tables(std::span<const config::Listener* const> listeners, RouteCache& cache) {
  return Builder(cache).build(listeners);
}

}  // namespace tidegate::route
