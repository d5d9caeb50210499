// Which route answers a request on one port: host and SNI to listener, request to route, rule and
// match.
//
// Order among the matches that hold, as the Gateway API rules: the route hostname (exact, then
// longer wildcard, then shorter, then none); the path (exact, then the longer prefix); a method;
// the number of header matches; the number of query matches; the older route (order in the
// listener); the earlier rule. The specification leaves regular expressions open: here one ranks
// like a prefix of its literal start
// ("/v1/[a-z]+" like "/v1/") and before a prefix of that length, being narrower; it must match the
// whole path. When no match of the most specific hostname holds, those of the next one are tried.
// Routes of other listeners are never looked at (listener isolation).
//
// Cost does not grow with the number of hosts, paths, or exact model names; it grows with the
// regular expressions of one host, and with the matches of one path that differ only in method,
// headers or query. Nothing is allocated, but for a header with a regular expression that came in
// several fields. Thread: immutable; free to share.   Source: Gateway API v1.6.1,
// HTTPRouteRule.matches; GEP-3567 for 421.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/document.h"
#include "http/message.h"
#include "route/compiled_route.h"
#include "route/conditions.h"
#include "route/host_table.h"
#include "route/route_cache.h"
#include "route/route_table.h"

namespace tidegate::route {

enum class Outcome : std::uint8_t {
  kNoRoute,      // 404
  kFound,        // route, rule and match are set
  kNeedsModel,   // ask again with ModelName::known or absent
  kMisdirected,  // 421: the Host belongs to another listener than the one that SNI chose
};

struct Decision {
  Outcome outcome = Outcome::kNoRoute;
  std::uint32_t listener =
      FlatIndex::kAbsent;  // position in the span given to Router; kAbsent: none
  const CompiledRoute* route = nullptr;
  const Rule* rule = nullptr;
  const config::HttpMatch* match = nullptr;  // its path is what prefix replacement needs
};

class Router {
 public:
  static constexpr std::uint32_t kNoListener = FlatIndex::kAbsent;

  // Arranges the HTTP routes of `listeners`, which share an address and port; of two with one
  // hostname the first wins. The listeners are not kept; their routes are.
  Router(std::span<const config::Listener* const> listeners, RouteCache& cache);

  // The listener for a server name or authority in any case, with or without port; "" when there is
  // none. Returns its position, or kNoListener.
  std::uint32_t find_listener(std::string_view host) const;

  // The route for a request. `sni_listener`: what find_listener() said for the connection's server
  // name; kNoListener on plaintext. With ModelName::unknown() the outcome is kNeedsModel when a
  // match on the model could decide, or when the rule found has a model provider behind it.
  // Pointers in the result live as long as the router.
  Decision find(const http::RequestHead& head, ModelName model,
                std::uint32_t sni_listener = kNoListener) const;

  std::string_view listener_id(std::uint32_t listener) const { return listeners_[listener].id; }
  // Heap bytes of the tables, without the compiled routes.
  std::size_t bytes() const;

 private:
  struct Entry {
    std::string id;
    std::string hostname;
    std::shared_ptr<const RouteTable> routes;
  };
  std::vector<Entry> listeners_;
  HostTable hosts_;  // listener hostname -> listener; views the strings of listeners_
};

}  // namespace tidegate::route
