#include "gatewayapi/document.h"

#include <utility>

namespace tidegate::gatewayapi {
namespace {

struct ListenerRoutes {
  std::vector<std::shared_ptr<const config::HttpRoute>> http;
  std::vector<std::shared_ptr<const config::L4Route>> l4;
};

// Appends unless the same route came last: it may be attached through two parentRefs.
template <class Route>
void add_once(std::vector<std::shared_ptr<const Route>>& routes,
              const std::shared_ptr<const Route>& route) {
  if (routes.empty() || routes.back() != route) routes.push_back(route);
}

void add_route(const ServedListener& listener, const CompiledRoute& route, ListenerRoutes& routes) {
  if (const auto* http = std::get_if<std::shared_ptr<const config::HttpRoute>>(&route)) {
    return add_once(routes.http, *http);
  }
  const bool only_one = listener.protocol == config::ListenerProtocol::kTcp ||
                        listener.protocol == config::ListenerProtocol::kUdp;
  if (only_one && !routes.l4.empty()) return;
  add_once(routes.l4, std::get<std::shared_ptr<const config::L4Route>>(route));
}

std::vector<std::shared_ptr<const config::Backend>> collect_backends(const RouteBook& routes,
                                                                     const BackendTable& table) {
  std::vector<bool> used(table.size(), false);
  for (const auto& result : routes) {
    if (result->attachments.empty()) continue;
    for (const std::uint32_t backend : result->backends) {
      used[table.at(backend).same_as.value_or(backend)] = true;
    }
  }
  std::vector<std::shared_ptr<const config::Backend>> backends;
  for (std::uint32_t i = 0; i < used.size(); ++i) {
    if (used[i] && table.at(i).backend) backends.push_back(table.at(i).backend);
  }
  return backends;
}

}  // namespace

std::shared_ptr<const config::Document> make_document(const Topology& topology,
                                                      const RouteBook& routes,
                                                      const BackendTable& backends) {
  std::vector<ListenerRoutes> by_listener(topology.listeners.size());
  for (const auto& result : routes) {
    for (const Attachment& attachment : result->attachments) {
      add_route(topology.listeners[attachment.listener], attachment.route,
                by_listener[attachment.listener]);
    }
  }
  auto document = std::make_shared<config::Document>();
  for (std::size_t i = 0; i < topology.listeners.size(); ++i) {
    const ServedListener& served = topology.listeners[i];
    const ServedGateway& gateway = topology.gateways[served.gateway];
    if (!served.programmed() || gateway.not_accepted) continue;
    for (const std::string& address : served.bind_addresses) {
      config::Listener listener;
      listener.id = served.id;
      listener.gateway = gateway.id;
      listener.address = address;
      listener.port = served.spec->port;
      listener.protocol = *served.protocol;
      listener.hostname = served.hostname();
      listener.tls = served.tls;
      listener.http_routes = by_listener[i].http;
      listener.l4_routes = by_listener[i].l4;
      document->listeners.push_back(std::move(listener));
    }
  }
  document->backends = collect_backends(routes, backends);
  return document;
}

}  // namespace tidegate::gatewayapi
