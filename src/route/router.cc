#include "route/router.h"

#include <algorithm>
#include <array>
#include <optional>

#include "route/path_segments.h"

namespace tidegate::route {
namespace {

using Kind = config::PathMatch::Kind;

bool holds_besides_model(const Candidate& candidate, const http::RequestHead& head) {
  const CompiledMatch& match = *candidate.match;
  return match.method_holds(head.method) &&
         (!match.conditions || match.conditions->hold_besides_model(head));
}

bool asks_for_model(const Candidate& candidate) {
  return candidate.match->conditions && candidate.match->conditions->model() != nullptr;
}

// One lookup: what is asked, and the work shared between tiers.
class Search {
 public:
  // `max_cuts`: prefix cuts that any tier asked for may need.
  Search(const http::RequestHead& head, ModelName model, std::size_t max_cuts, Decision& decision)
      : head_(head), path_(head.path()), model_(model), max_cuts_(max_cuts), decision_(decision) {}

  // Returns true when the search is over; then the decision is set.
  bool try_tier(const Tier& tier) {
    tier_ = &tier;
    if (tier.has_exact && try_exact()) return true;
    std::size_t regex = 0;
    if (tier.prefix_cuts > 0) {
      const PathSegments& cuts = segments();
      for (std::size_t i = std::min<std::size_t>(cuts.count(), tier.prefix_cuts); i-- > 0;) {
        for (; regex < tier.regexes.size() && ranks_before(regex, cuts[i].bytes); ++regex) {
          if (try_regex(regex)) return true;
        }
        if (try_prefix(cuts[i])) return true;
      }
    }
    for (; regex < tier.regexes.size(); ++regex) {
      if (try_regex(regex)) return true;
    }
    return false;
  }

 private:
  const PathSegments& segments() {
    if (!segments_) segments_.emplace(path_, max_cuts_ - 1);
    return *segments_;
  }

  bool ranks_before(std::size_t regex, std::size_t prefix_bytes) const {
    return tier_->regexes[regex].regex->literal_prefix_bytes() >= prefix_bytes;
  }

  bool try_exact() {
    if (!path_hash_) path_hash_ = hash_text(path_);
    return try_path(Kind::kExact, *path_hash_, path_);
  }

  bool try_prefix(const PathSegments::Cut& cut) {
    return try_path(Kind::kPrefix, cut.hash, path_.substr(0, cut.bytes));
  }

  bool try_path(Kind kind, std::uint64_t hash, std::string_view path) {
    const std::uint32_t node = tier_->node_index.find(node_hash(kind, hash), [&](std::uint32_t i) {
      return tier_->nodes[i].kind == kind && tier_->nodes[i].path == path;
    });
    return node != FlatIndex::kAbsent && try_node(node);
  }

  bool try_regex(std::size_t regex) {
    const RegexNode& entry = tier_->regexes[regex];
    return entry.regex->matches(path_) && try_node(entry.node);
  }

  bool try_node(std::uint32_t index) {
    return model_.state() == ModelName::State::kUnknown ? try_node_without_model(index)
                                                        : try_node_with_model(index);
  }

  bool try_node_with_model(std::uint32_t index) {
    const Node& node = tier_->nodes[index];
    const ModelGroup* group = find_group(index);
    std::uint32_t plain = node.begin;
    std::uint32_t named = group == nullptr ? 0 : group->begin;
    const std::uint32_t named_end = group == nullptr ? 0 : group->end;
    while (plain < node.plain_end || named < named_end) {
      const bool take_plain =
          named == named_end || (plain < node.plain_end && tier_->candidates[plain].position <
                                                               tier_->candidates[named].position);
      const Candidate& candidate = tier_->candidates[take_plain ? plain++ : named++];
      if (holds_besides_model(candidate, head_) && model_holds(candidate)) return settle(candidate);
    }
    return false;
  }

  const ModelGroup* find_group(std::uint32_t node) const {
    const Node& entry = tier_->nodes[node];
    if (entry.plain_end == entry.end || model_.state() != ModelName::State::kKnown) return nullptr;
    const std::uint32_t at =
        tier_->model_index.find(model_hash(node, model_.value()), [&](std::uint32_t i) {
          return tier_->models[i].node == node && tier_->models[i].model == model_.value();
        });
    return at == FlatIndex::kAbsent ? nullptr : &tier_->models[at];
  }

  bool model_holds(const Candidate& candidate) const {
    if (!asks_for_model(candidate)) return true;
    return model_.state() == ModelName::State::kKnown &&
           candidate.match->conditions->model_holds(model_.value());
  }

  bool try_node_without_model(std::uint32_t index) {
    const Node& node = tier_->nodes[index];
    const Candidate* best = nullptr;
    for (std::uint32_t i = node.begin; i < node.plain_end && best == nullptr; ++i) {
      if (holds_besides_model(tier_->candidates[i], head_)) best = &tier_->candidates[i];
    }
    for (std::uint32_t i = node.probes_begin; i < node.probes_end; ++i) {
      const Candidate& probe = tier_->probes[i];
      if (best != nullptr && probe.position > best->position) break;
      if (probe.match == nullptr || holds_besides_model(probe, head_)) return ask_for_model();
    }
    if (best == nullptr) return false;
    return asks_for_model(*best) ? ask_for_model() : settle(*best);
  }

  bool ask_for_model() {
    decision_.outcome = Outcome::kNeedsModel;
    return true;
  }

  bool settle(const Candidate& candidate) {
    const Rule& rule = candidate.route->rules()[candidate.match->rule];
    if (rule.wants_payload && model_.state() == ModelName::State::kUnknown) return ask_for_model();
    decision_.outcome = Outcome::kFound;
    decision_.route = candidate.route;
    decision_.rule = &rule;
    decision_.match = candidate.match->config;
    return true;
  }

  const Tier* tier_ = nullptr;  // the one being tried
  const http::RequestHead& head_;
  std::string_view path_;
  ModelName model_;
  std::size_t max_cuts_;
  Decision& decision_;
  std::optional<PathSegments> segments_;
  std::optional<std::uint64_t> path_hash_;
};

}  // namespace

Router::Router(std::span<const config::Listener* const> listeners, RouteCache& cache) {
  listeners_.reserve(listeners.size());
  hosts_.reserve(listeners.size());
  for (const config::Listener* listener : listeners) {
    const auto index = static_cast<std::uint32_t>(listeners_.size());
    listeners_.push_back({listener->id, listener->hostname, cache.arrange(*listener)});
    hosts_.add(listeners_.back().hostname, index);
  }
}

std::uint32_t Router::find_listener(std::string_view host) const {
  std::array<char, kMaxHostBytes> buffer;
  return hosts_.find(normalize_host(host, buffer));
}

Decision Router::find(const http::RequestHead& head, ModelName model,
                      std::uint32_t sni_listener) const {
  std::array<char, kMaxHostBytes> buffer;
  const std::string_view host = normalize_host(head.authority, buffer);
  Decision decision;
  const std::uint32_t index = hosts_.find(host);
  if (index == kNoListener) return decision;
  decision.listener = index;
  if (sni_listener != kNoListener && sni_listener != index) {
    decision.outcome = Outcome::kMisdirected;
    return decision;
  }
  const HostTiers& tiers = listeners_[index].routes->tiers();
  Search search(head, model, std::max<std::size_t>(tiers.prefix_cuts(), 1), decision);
  tiers.walk(host, [&search](const Tier& tier) { return search.try_tier(tier); });
  return decision;
}

std::size_t Router::bytes() const {
  std::size_t total = hosts_.bytes() + listeners_.capacity() * sizeof(Entry);
  for (const Entry& listener : listeners_) {
    total += sizeof(RouteTable) + listener.routes->tiers().bytes();
  }
  return total;
}

}  // namespace tidegate::route
