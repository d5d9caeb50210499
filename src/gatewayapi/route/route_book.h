// All routes, compiled, in order of precedence; and how the next one is made from the last.
//
// A book has pages of a few dozen routes. Each page says what its routes are to the rest of a
// compile, so that a change costs the pages it falls into and a look at each of the others.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/paged_list.h"
#include "gatewayapi/route/compile_route.h"

namespace tidegate::gatewayapi {

// What a page's routes are to one listener. Lists that are the same for several listeners are one
// object.
struct ListenerShare {
  std::uint32_t listener = 0;  // index into Topology::listeners
  std::uint32_t attached = 0;  // routes; one that attaches through two parentRefs counts once
  std::shared_ptr<const std::vector<std::shared_ptr<const config::HttpRoute>>> http;  // or null
  std::vector<std::shared_ptr<const config::L4Route>> l4;
};

struct RoutePage {
  std::vector<std::shared_ptr<const RouteResult>> results;  // never empty
  std::vector<ListenerShare> listeners;                     // in order of listeners
  std::vector<std::uint32_t> backends;       // that any of the results was made from, sorted
  std::vector<std::uint32_t> used_backends;  // those of results that attach, sorted
  bool attaches_http = false;                // an HTTPRoute attaches somewhere
  bool attaches_grpc = false;
};

class RouteBook {
 public:
  using Result = std::shared_ptr<const RouteResult>;
  using PagePtr = std::shared_ptr<const RoutePage>;

  RouteBook() = default;
  // `results` are in order of precedence.
  RouteBook(const std::vector<Result>& results, const Topology& topology);

  const std::vector<PagePtr>& pages() const { return pages_; }
  // All results, sharing the pages.
  PagedList<RouteResult> results() const;
  // Puts pages with these results, of which there may be none, in the place of a page; behind all
  // when `page` is the number of pages.
  void replace_page(std::size_t page, const std::vector<Result>& results, const Topology& topology);

 private:
  std::vector<PagePtr> pages_;
};

// Compiles every route.
RouteBook compile_routes(const resource::ResourceSet& resources, const RouteInputs& inputs);

// Compiles only what changed: routes that are not in `old_resources` by pointer, and those that
// used a backend whose entry is in `changed_backends`. All others keep their result. REQUIRES:
// topology and grants are those that `old` was compiled against; `old` was compiled from
// `old_resources`.
RouteBook update_routes(const RouteBook& old, const resource::ResourceSet& old_resources,
                        const resource::ResourceSet& resources,
                        const std::vector<bool>& changed_backends, const RouteInputs& inputs);

// HTTPRoutes and GRPCRoutes with the same hostname do not share a listener: the older one keeps it.
// Replaces the losers by results without those attachments; a parent that lost all of them is not
// accepted. Source: Gateway API v1.6.1, GRPCRouteSpec.hostnames.
RouteBook settle_http_against_grpc(RouteBook book, const Topology& topology);

}  // namespace tidegate::gatewayapi
