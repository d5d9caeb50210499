#include "route/route_cache.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace tidegate::route {
namespace {

constexpr std::size_t kSmallestSweep = 1024;

std::size_t hash_of_pages(const RouteTable::Routes& routes) {
  std::size_t hash = routes.size();
  for (const auto& page : routes.pages()) hash = hash * 31 + std::hash<const void*>()(page.get());
  return hash;
}

}  // namespace

std::shared_ptr<const CompiledRoute> RouteCache::compile(
    const std::shared_ptr<const config::HttpRoute>& route) {
  std::weak_ptr<const CompiledRoute>& known = compiled_[route.get()];
  if (auto compiled = known.lock()) return compiled;
  // Not make_shared: its one piece of memory would stay as long as this cache looks at it.
  std::shared_ptr<const CompiledRoute> compiled(new CompiledRoute(route));
  known = compiled;
  return compiled;
}

std::shared_ptr<const RouteTable> RouteCache::arrange(const config::Listener& listener) {
  Entry& entry = tables_[listener.id];
  entry.generation = generation_;
  const RouteTable::Routes& routes = listener.http_routes;
  auto& shared = by_pages_[hash_of_pages(routes)];
  if (entry.table != nullptr && entry.table->routes().same_pages(routes)) {
    shared = entry.table;
  } else if (shared != nullptr && shared->routes().same_pages(routes)) {
    entry.table = shared;
  } else {
    entry.table = make_table(entry.table.get(), routes);
    shared = entry.table;
  }
  return entry.table;
}

std::shared_ptr<const RouteTable> RouteCache::make_table(const RouteTable* before,
                                                         const RouteTable::Routes& routes) {
  if (before == nullptr) return std::make_shared<const RouteTable>(routes, *this);
  return std::make_shared<const RouteTable>(*before, routes, *this);
}

void RouteCache::drop_unused() {
  by_pages_.clear();
  std::erase_if(tables_,
                [this](const auto& item) { return item.second.generation != generation_; });
  if (compiled_.size() < sweep_at_) return;
  std::erase_if(compiled_, [](const auto& item) { return item.second.expired(); });
  sweep_at_ = std::max(kSmallestSweep, 2 * compiled_.size());
}

std::size_t RouteCache::size() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(compiled_, [](const auto& item) { return !item.second.expired(); }));
}

}  // namespace tidegate::route
