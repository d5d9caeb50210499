// What routers are made of, kept from one Document to the next, so that a reload compiles and
// arranges only what changed.
//
// Unchanged routes are the same objects from one Document to the next. Use: begin(); build all
// routers; drop_unused(). Then tables of listeners that are gone are forgotten (older routers still
// hold their own). Compiled routes live as long as some table holds them.
// Thread: one thread at a time (whoever compiles snapshots).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>

#include "config/document.h"
#include "route/compiled_route.h"
#include "route/route_table.h"

namespace tidegate::route {

class RouteCache {
 public:
  // Starts a new generation.
  void begin() { ++generation_; }
  // The compiled form of `route`: the one that some table holds, or a new one.
  std::shared_ptr<const CompiledRoute> compile(
      const std::shared_ptr<const config::HttpRoute>& route);
  // The routes of a listener, arranged: what another listener of this generation has when it has
  // the same routes, or what this listener had before with its changes, or a table afresh.
  std::shared_ptr<const RouteTable> arrange(const config::Listener& listener);
  // Forgets tables that were not asked for since begin().
  void drop_unused();

  // Compiled routes that are in use.
  std::size_t size() const;

 private:
  struct Entry {
    std::shared_ptr<const RouteTable> table;
    std::uint64_t generation = 0;
  };
  std::shared_ptr<const RouteTable> make_table(const RouteTable* before,
                                               const RouteTable::Routes& routes);

  // A compiled route keeps its configuration alive, so as long as one is in use its key cannot
  // come back as another route.
  std::unordered_map<const config::HttpRoute*, std::weak_ptr<const CompiledRoute>> compiled_;
  std::size_t sweep_at_ = 0;  // size of compiled_ at which those out of use are dropped
  std::unordered_map<std::string, Entry> tables_;  // by listener
  // Tables of this generation by a hash of their list's pages.
  std::unordered_map<std::size_t, std::shared_ptr<const RouteTable>> by_pages_;
  std::uint64_t generation_ = 0;
};

}  // namespace tidegate::route
