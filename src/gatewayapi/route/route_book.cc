#include "gatewayapi/route/route_book.h"

#include <algorithm>
#include <iterator>
#include <unordered_set>
#include <utility>

namespace tidegate::gatewayapi {
namespace {

constexpr auto kPrecedes = [](const std::shared_ptr<const RouteResult>& a,
                              const std::shared_ptr<const RouteResult>& b) {
  return route_precedes(a->object, b->object);
};

// Calls `visit` with the vectors of each route kind of one or two sets.
template <class Visit, class... Sets>
void for_each_kind(Visit visit, const Sets&... sets) {
  visit(sets.http_routes...);
  visit(sets.grpc_routes...);
  visit(sets.tls_routes...);
  visit(sets.tcp_routes...);
  visit(sets.udp_routes...);
}

struct Difference {
  std::unordered_set<const resource::ObjectMeta*> removed;
  std::vector<RouteObject> added;
};

template <class Route>
void compare_kind(const resource::Objects<Route>& before, const resource::Objects<Route>& now,
                  Difference& difference) {
  std::unordered_set<const Route*> gone;
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (i >= now.size() || now[i] != before[i]) gone.insert(before[i].get());
  }
  for (std::size_t i = 0; i < now.size(); ++i) {
    const bool in_place = i < before.size() && now[i] == before[i];
    // Found elsewhere in the list: moved, not changed.
    if (in_place || gone.erase(now[i].get()) > 0) continue;
    difference.added.emplace_back(now[i]);
  }
  for (const Route* route : gone) difference.removed.insert(&route->meta);
}

bool uses_any(const RouteResult& result, const std::vector<bool>& changed_backends) {
  return std::ranges::any_of(result.backends, [&](std::uint32_t backend) {
    return backend < changed_backends.size() && changed_backends[backend];
  });
}

}  // namespace

RouteBook compile_routes(const resource::ResourceSet& resources, const RouteInputs& inputs) {
  RouteBook book;
  for_each_kind(
      [&](const auto& routes) {
        for (const auto& route : routes) book.push_back(compile_route(route, inputs));
      },
      resources);
  std::ranges::sort(book, kPrecedes);
  return book;
}

RouteBook update_routes(const RouteBook& old, const resource::ResourceSet& old_resources,
                        const resource::ResourceSet& resources,
                        const std::vector<bool>& changed_backends, const RouteInputs& inputs) {
  Difference difference;
  for_each_kind([&](const auto& before, const auto& now) { compare_kind(before, now, difference); },
                old_resources, resources);
  RouteBook kept;
  kept.reserve(old.size());
  const bool backends_changed = std::ranges::find(changed_backends, true) != changed_backends.end();
  for (const auto& result : old) {
    if (!difference.removed.empty() && difference.removed.contains(&meta_of(result->object))) {
      continue;
    }
    const bool stale = backends_changed && uses_any(*result, changed_backends);
    kept.push_back(stale ? compile_route(result->object, inputs) : result);
  }
  if (difference.added.empty()) return kept;
  RouteBook added;
  for (const RouteObject& object : difference.added) added.push_back(compile_route(object, inputs));
  std::ranges::sort(added, kPrecedes);
  RouteBook book;
  book.reserve(kept.size() + added.size());
  std::ranges::merge(std::make_move_iterator(kept.begin()), std::make_move_iterator(kept.end()),
                     std::make_move_iterator(added.begin()), std::make_move_iterator(added.end()),
                     std::back_inserter(book), kPrecedes);
  return book;
}

}  // namespace tidegate::gatewayapi
