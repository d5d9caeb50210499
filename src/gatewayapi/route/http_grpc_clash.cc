#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "gatewayapi/route/route_book.h"

namespace tidegate::gatewayapi {
namespace {

// The hostnames that routes of one kind have on a listener, so that any that meet a given one are
// found without looking at the others. Views point into the routes.
class Claims {
 public:
  // The oldest route with a hostname that meets `hostname` ("": every host); null: none.
  const RouteResult* find(std::string_view hostname) const {
    if (hostname.empty()) return any_;
    const RouteResult* found = catch_all_;
    const bool wildcard = hostname.starts_with("*.");
    const std::string_view base = wildcard ? hostname.substr(2) : hostname;
    if (wildcard) {
      take_older(found, find_in(below_, base));
      take_older(found, find_in(wildcards_, base));
    } else {
      take_older(found, find_in(precise_, base));
    }
    for_each_parent(
        base, [&](std::string_view parent) { take_older(found, find_in(wildcards_, parent)); });
    return found;
  }

  void add(std::string_view hostname, const RouteResult& route) {
    if (any_ == nullptr) any_ = &route;
    if (hostname.empty()) {
      if (catch_all_ == nullptr) catch_all_ = &route;
      return;
    }
    const bool wildcard = hostname.starts_with("*.");
    const std::string_view base = wildcard ? hostname.substr(2) : hostname;
    (wildcard ? wildcards_ : precise_).try_emplace(base, &route);
    for_each_parent(base, [&](std::string_view parent) { below_.try_emplace(parent, &route); });
  }

 private:
  using Routes = std::unordered_map<std::string_view, const RouteResult*>;

  static const RouteResult* find_in(const Routes& routes, std::string_view name) {
    const auto found = routes.find(name);
    return found == routes.end() ? nullptr : found->second;
  }
  static void take_older(const RouteResult*& best, const RouteResult* other) {
    if (other == nullptr) return;
    if (best == nullptr || route_precedes(other->object, best->object)) best = other;
  }
  template <class Visit>
  static void for_each_parent(std::string_view name, Visit visit) {
    for (auto dot = name.find('.'); dot != name.npos; dot = name.find('.')) {
      name.remove_prefix(dot + 1);
      visit(name);
    }
  }

  const RouteResult* any_ = nullptr;        // the oldest of all
  const RouteResult* catch_all_ = nullptr;  // the oldest that takes every host
  Routes precise_;
  Routes wildcards_;  // by what follows "*."
  Routes below_;      // by each parent domain of a hostname
};

// Who has which hostname on a listener, by kind.
struct Owners {
  Claims http;
  Claims grpc;
};

bool is_http(const RouteResult& result) {
  const RouteKind kind = kind_of(result.object);
  return kind == RouteKind::kHttp || kind == RouteKind::kGrpc;
}

// The older route of the other kind that has a hostname in common; null: none, and the hostnames
// are taken now.
const RouteResult* claim(const RouteResult& result, const config::HttpRoute& route,
                         Owners& owners) {
  static const std::vector<std::string> kEveryHost = {""};
  const auto& hostnames = route.hostnames.empty() ? kEveryHost : route.hostnames;
  const bool http = kind_of(result.object) == RouteKind::kHttp;
  for (const std::string& hostname : hostnames) {
    const RouteResult* owner = (http ? owners.grpc : owners.http).find(hostname);
    if (owner != nullptr) return owner;
  }
  for (const std::string& hostname : hostnames) {
    (http ? owners.http : owners.grpc).add(hostname, result);
  }
  return nullptr;
}

Problem lost_against(const RouteResult& winner) {
  const auto& meta = meta_of(winner.object);
  return {Reason::kHostnameConflict,
          fmt::format("{} {}/{} is older and has hostnames in common on the listener",
                      to_string(kind_of(winner.object)), meta.namespace_, meta.name)};
}

std::shared_ptr<const RouteResult> without(const RouteResult& result,
                                           const std::vector<Attachment>& remaining,
                                           const RouteResult& winner) {
  auto changed = std::make_shared<RouteResult>(result);
  changed->attachments = remaining;
  auto status = std::make_shared<RouteStatus>(*result.status);
  for (std::uint32_t parent = 0; parent < status->parents.size(); ++parent) {
    const auto of_parent = [&](const Attachment& a) { return a.parent == parent; };
    const bool had = std::ranges::any_of(result.attachments, of_parent);
    if (!had || std::ranges::any_of(remaining, of_parent)) continue;
    auto& conditions = status->parents[parent].conditions;
    const std::int64_t generation = conditions.front().observed_generation;
    std::erase_if(conditions, [](const Condition& condition) {
      return condition.type == ConditionType::kPartiallyInvalid;
    });
    conditions.front() = fails(ConditionType::kAccepted, lost_against(winner), generation);
  }
  changed->status = std::move(status);
  return changed;
}

bool has_both_kinds(const RouteBook& book) {
  bool http = false;
  bool grpc = false;
  for (const auto& page : book.pages()) {
    http |= page->attaches_http;
    grpc |= page->attaches_grpc;
  }
  return http && grpc;
}

// The older routes' claims on every listener; decides for one route after the other.
class Court {
 public:
  explicit Court(const Topology& topology) : owners_(topology.listeners.size()) {}

  // The result without what it lost; itself when it lost nothing.
  RouteBook::Result settle(const RouteBook::Result& result) {
    if (!is_http(*result)) return result;
    std::vector<Attachment> remaining;
    const RouteResult* winner = nullptr;
    for (const Attachment& attachment : result->attachments) {
      const auto& route = *std::get<std::shared_ptr<const config::HttpRoute>>(attachment.route);
      const RouteResult* older = claim(*result, route, owners_[attachment.listener]);
      if (older == nullptr) {
        remaining.push_back(attachment);
      } else {
        winner = older;
      }
    }
    return winner == nullptr ? result : without(*result, remaining, *winner);
  }

 private:
  std::vector<Owners> owners_;
};

}  // namespace

RouteBook settle_http_against_grpc(RouteBook book, const Topology& topology) {
  if (!has_both_kinds(book)) return book;
  // Losers stay alive here: owners point into results, hostnames into routes.
  const RouteBook originals = book;
  Court court(topology);
  for (std::size_t page = 0; page < originals.pages().size(); ++page) {
    const auto& before = originals.pages()[page]->results;
    std::vector<RouteBook::Result> after;
    after.reserve(before.size());
    for (const auto& result : before) after.push_back(court.settle(result));
    if (after != before) book.replace_page(page, after, topology);
  }
  return book;
}

}  // namespace tidegate::gatewayapi
