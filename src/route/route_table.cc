#include "route/route_table.h"

#include <map>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "route/route_cache.h"

namespace tidegate::route {
namespace {

using CompiledRoutes = std::vector<std::shared_ptr<const CompiledRoute>>;

// Calls `visit` with each hostname of a route; "" for a route without any.
template <class Visit>
void for_each_hostname(const config::HttpRoute& route, const Visit& visit) {
  if (route.hostnames.empty()) visit(std::string_view());
  for (const std::string& hostname : route.hostnames) visit(std::string_view(hostname));
}

void append_once(CompiledRoutes& routes, std::shared_ptr<const CompiledRoute> route) {
  if (routes.empty() || routes.back() != route) routes.push_back(std::move(route));
}

HostTiers make_tiers(const RouteTable::Routes& routes, RouteCache& cache) {
  std::unordered_map<std::string_view, CompiledRoutes> by_hostname;
  for (const auto& route : routes) {
    const auto compiled = cache.compile(route);
    for_each_hostname(
        *route, [&](std::string_view hostname) { append_once(by_hostname[hostname], compiled); });
  }
  std::vector<TierPtr> tiers;
  tiers.reserve(by_hostname.size());
  for (auto& [hostname, of_hostname] : by_hostname) {
    tiers.push_back(make_tier(hostname, std::move(of_hostname)));
  }
  return HostTiers(tiers);
}

// The tiers of a list that was `before` once.
class Update {
 public:
  Update(const RouteTable& before, const RouteTable::Routes& now) : before_(before.tiers()) {
    difference_ = find_difference(before.routes(), now);
    for (const auto& route : difference_.removed) touch(*route);
    for (const auto& route : difference_.added) {
      touch(*route);
      members_.insert(route.get());
    }
    for (const auto& route : difference_.removed) members_.erase(route.get());
  }

  // Whether so much changed that a table afresh costs less.
  bool is_large(std::size_t routes) const { return 2 * difference_.added.size() > routes; }

  HostTiers run(const RouteTable::Routes& now, RouteCache& cache) {
    for (const auto& route : now) {
      if (!members_.contains(route.get())) continue;
      for_each_hostname(*route, [&](std::string_view hostname) {
        const auto touched = touched_.find(hostname);
        if (touched != touched_.end()) append_once(touched->second, cache.compile(route));
      });
    }
    std::vector<HostTiers::Change> changes;
    changes.reserve(touched_.size());
    for (auto& [hostname, routes] : touched_) {
      changes.emplace_back(hostname,
                           routes.empty() ? nullptr : make_tier(hostname, std::move(routes)));
    }
    return before_.with(changes);
  }

 private:
  // The tiers of a route's hostnames are made anew, and need all routes that they had.
  void touch(const config::HttpRoute& route) {
    for_each_hostname(route, [&](std::string_view hostname) {
      if (!touched_.try_emplace(hostname).second) return;
      const Tier* tier = before_.find(hostname);
      if (tier == nullptr) return;
      for (const auto& compiled : tier->routes) members_.insert(&compiled->config());
    });
  }

  const HostTiers& before_;
  ListDifference<config::HttpRoute> difference_;  // keeps the hostnames alive
  std::map<std::string_view, CompiledRoutes> touched_;
  std::unordered_set<const config::HttpRoute*> members_;  // routes of the tiers to be made
};

HostTiers update_tiers(const RouteTable& before, const RouteTable::Routes& now, RouteCache& cache) {
  Update update(before, now);
  return update.is_large(now.size()) ? make_tiers(now, cache) : update.run(now, cache);
}

}  // namespace

RouteTable::RouteTable(Routes routes, RouteCache& cache)
    : routes_(std::move(routes)), tiers_(make_tiers(routes_, cache)) {}

RouteTable::RouteTable(const RouteTable& before, Routes routes, RouteCache& cache)
    : routes_(std::move(routes)), tiers_(update_tiers(before, routes_, cache)) {}

}  // namespace tidegate::route
