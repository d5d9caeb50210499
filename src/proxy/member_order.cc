#include "proxy/member_order.h"

#include <algorithm>

namespace tidegate::proxy {
namespace {

using config::Balance;
using config::GroupMember;

bool lists(const config::Backend& backend, std::string_view model) {
  if (!backend.ai || backend.ai->models.empty() || model.empty()) return true;
  return std::ranges::find(backend.ai->models, model, &config::Model::name) !=
         backend.ai->models.end();
}

bool holds(const config::MemberCondition& condition, const MemberOrder::Request& request) {
  if (!condition.models.empty() &&
      std::ranges::find(condition.models, request.model) == condition.models.end()) {
    return false;
  }
  return std::ranges::all_of(condition.headers, [&](const config::NameValue& header) {
    return request.fields.find(header.name) == header.value;
  });
}

const GroupMember* by_weight(std::span<const GroupMember* const> members, Random& random) {
  std::uint64_t sum = 0;
  for (const GroupMember* member : members) sum += member->weight;
  if (sum == 0) return members.front();
  std::uint64_t at = random.below(sum);
  for (const GroupMember* member : members) {
    if (at < member->weight) return member;
    at -= member->weight;
  }
  return members.back();
}

// The one with the lowest cost; of equal ones by weight, so that ties do not all go one way.
template <class Cost>
const GroupMember* lowest(std::span<const GroupMember* const> members, const Cost& cost,
                          Random& random) {
  std::vector<const GroupMember*> best;
  double least = 0;
  for (const GroupMember* member : members) {
    const double its = cost(*member);
    if (best.empty() || its < least) {
      best.clear();
      least = its;
    }
    if (its <= least) best.push_back(member);
  }
  return by_weight(best, random);
}

}  // namespace

bool region_allowed(Regions regions, std::string_view region) {
  if (regions == nullptr) return true;
  return !region.empty() && std::ranges::find(*regions, region) != regions->end();
}

std::uint64_t MemberOrder::hash(std::string_view backend_id) {
  return std::hash<std::string_view>()(backend_id);
}

MemberOrder::MemberOrder(const config::Group& group, const Request& request)
    : group_(group), preferred_(request.preferred) {
  const auto is_pinned = [&](const GroupMember& member) {
    return hash(member.backend->id) == *request.pinned;
  };
  // One that has left the group cannot be waited for.
  const bool pinned = request.pinned && std::ranges::any_of(group.members, is_pinned);
  std::vector<const GroupMember*> unlisted;
  for (const GroupMember& member : group.members) {
    if (!holds(member.condition, request)) continue;
    if (!region_allowed(request.regions, member.region)) {
      locked_out_ = true;
      continue;
    }
    if (pinned && !is_pinned(member)) continue;
    (lists(*member.backend, request.model) ? candidates_ : unlisted).push_back(&member);
  }
  // A model that nobody lists goes anywhere, as it does to a single backend.
  if (candidates_.empty()) candidates_ = std::move(unlisted);
}

bool MemberOrder::has_more(const LoadOf& load_of) const {
  return std::ranges::any_of(candidates_,
                             [&](const auto* member) { return load_of(*member).available; });
}

const GroupMember* MemberOrder::next(const LoadOf& load_of, Random& random) {
  std::vector<const GroupMember*> from;
  for (const GroupMember* member : candidates_) {
    if (!from.empty() && member->priority != from.front()->priority) break;
    if (load_of(*member).available) from.push_back(member);
  }
  if (preferred_) {
    for (const GroupMember* member : candidates_) {
      if (hash(member->backend->id) != *preferred_ || !load_of(*member).available) continue;
      from.assign(1, member);
    }
    preferred_.reset();
  }
  if (from.empty()) return nullptr;
  const GroupMember* chosen = choose(from, load_of, random);
  std::erase(candidates_, chosen);
  tried_any_ = true;
  return chosen;
}

const GroupMember* MemberOrder::choose(std::span<const GroupMember* const> from,
                                       const LoadOf& load_of, Random& random) const {
  if (from.size() == 1) return from.front();
  switch (group_.balance) {
    case Balance::kWeighted:
      return by_weight(from, random);
    case Balance::kLeastBusy:
      return lowest(
          from,
          [&](const GroupMember& member) {
            return static_cast<double>(load_of(member).active_requests) /
                   std::max<std::uint32_t>(member.weight, 1);
          },
          random);
    case Balance::kLowestLatency:
      // What a request would wait for behind those before it. One that nobody knows is tried first.
      return lowest(
          from,
          [&](const GroupMember& member) {
            const MemberLoad load = load_of(member);
            return static_cast<double>(load.latency.count()) *
                   static_cast<double>(load.active_requests + 1);
          },
          random);
    case Balance::kLowestCost:
      // One without a price comes last.
      return lowest(
          from,
          [&](const GroupMember& member) {
            const std::uint64_t price = load_of(member).price;
            return price == 0 ? 1e300 : static_cast<double>(price);
          },
          random);
  }
  return from.front();
}

}  // namespace tidegate::proxy
