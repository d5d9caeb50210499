// All HTTP routes of a listener, arranged by hostname; listeners with the same routes share one.
//
// Made afresh, or from the table of a list that differs a little: then only tiers of hostnames are
// made anew whose routes changed.   Thread: immutable; free to share.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "config/document.h"
#include "route/host_tiers.h"

namespace tidegate::route {

class RouteCache;

class RouteTable {
 public:
  using Routes = PagedList<config::HttpRoute>;

  RouteTable(Routes routes, RouteCache& cache);
  // REQUIRES: routes that are in both lists keep their order.
  RouteTable(const RouteTable& before, Routes routes, RouteCache& cache);

  const Routes& routes() const { return routes_; }
  const HostTiers& tiers() const { return tiers_; }

 private:
  Routes routes_;
  HostTiers tiers_;
};

}  // namespace tidegate::route
