// Compiled routes by the configuration they were made from, so that a reload compiles only what
// changed.
//
// Unchanged routes are the same objects from one Document to the next; the cache keys by that
// pointer and keeps the configuration alive, so a pointer cannot come back as another route. Use:
// begin(); build all routers with compile(); drop_unused(). Then routes that no router asked for go
// (older routers still hold their own).
// Thread: one thread at a time (whoever compiles snapshots).
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>

#include "config/http_route.h"
#include "route/compiled_route.h"

namespace tidegate::route {

class RouteCache {
 public:
  // Starts a new generation.
  void begin() { ++generation_; }
  // The compiled form of `route`, made now or earlier; marks it as used in this generation.
  std::shared_ptr<const CompiledRoute> compile(
      const std::shared_ptr<const config::HttpRoute>& route);
  // Forgets what was not used since begin().
  void drop_unused();

  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::shared_ptr<const CompiledRoute> compiled;
    std::uint64_t generation = 0;
  };

  std::unordered_map<const config::HttpRoute*, Entry> entries_;
  std::uint64_t generation_ = 0;
};

}  // namespace tidegate::route
