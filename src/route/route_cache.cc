#include "route/route_cache.h"

#include <utility>

namespace tidegate::route {

RouteCache::RouteCache(MakeAttachment make_attachment)
    : make_attachment_(std::move(make_attachment)) {}

std::shared_ptr<const CompiledRoute> RouteCache::compile(
    const std::shared_ptr<const config::HttpRoute>& route) {
  Entry& entry = entries_[route.get()];
  entry.generation = generation_;
  if (!entry.compiled) {
    auto compiled = std::make_shared<CompiledRoute>(route);
    if (make_attachment_) compiled->attach(make_attachment_(*compiled));
    entry.compiled = std::move(compiled);
  }
  return entry.compiled;
}

void RouteCache::drop_unused() {
  std::erase_if(entries_,
                [this](const auto& item) { return item.second.generation != generation_; });
}

}  // namespace tidegate::route
