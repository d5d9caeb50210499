#include "route/route_cache.h"

namespace tidegate::route {

std::shared_ptr<const CompiledRoute> RouteCache::compile(
    const std::shared_ptr<const config::HttpRoute>& route) {
  Entry& entry = entries_[route.get()];
  entry.generation = generation_;
  if (!entry.compiled) entry.compiled = std::make_shared<const CompiledRoute>(route);
  return entry.compiled;
}

void RouteCache::drop_unused() {
  std::erase_if(entries_,
                [this](const auto& item) { return item.second.generation != generation_; });
}

}  // namespace tidegate::route
