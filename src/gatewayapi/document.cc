#include "gatewayapi/document.h"

#include <algorithm>
#include <utility>

namespace tidegate::gatewayapi {
namespace {

struct ListenerRoutes {
  PagedList<config::HttpRoute> http;
  std::vector<std::shared_ptr<const config::L4Route>> l4;
};

std::vector<ListenerRoutes> collect_routes(const Topology& topology, const RouteBook& routes) {
  std::vector<ListenerRoutes> by_listener(topology.listeners.size());
  for (const auto& page : routes.pages()) {
    for (const ListenerShare& share : page->listeners) {
      ListenerRoutes& of_listener = by_listener[share.listener];
      if (share.http) of_listener.http.add_page(share.http);
      of_listener.l4.insert(of_listener.l4.end(), share.l4.begin(), share.l4.end());
    }
  }
  for (std::size_t i = 0; i < by_listener.size(); ++i) {
    const auto protocol = topology.listeners[i].protocol;
    const bool only_one =
        protocol == config::ListenerProtocol::kTcp || protocol == config::ListenerProtocol::kUdp;
    if (only_one && by_listener[i].l4.size() > 1) by_listener[i].l4.resize(1);
  }
  return by_listener;
}

std::vector<std::shared_ptr<const config::Backend>> collect_backends(
    const RouteBook& routes, const BackendTable& table,
    const std::vector<std::uint32_t>& of_pipelines) {
  std::vector<bool> used(table.size(), false);
  const auto use = [&](std::uint32_t backend) {
    used[table.at(backend).same_as.value_or(backend)] = true;
    for (const std::uint32_t member : table.at(backend).members) used[member] = true;
  };
  for (const auto& page : routes.pages()) std::ranges::for_each(page->used_backends, use);
  std::ranges::for_each(of_pipelines, use);
  std::vector<std::shared_ptr<const config::Backend>> backends;
  for (std::uint32_t i = 0; i < used.size(); ++i) {
    if (used[i] && table.at(i).backend) backends.push_back(table.at(i).backend);
  }
  return backends;
}

}  // namespace

std::shared_ptr<const config::Document> make_document(const Topology& topology,
                                                      const RouteBook& routes,
                                                      const BackendTable& backends,
                                                      const RegionLocks& locks,
                                                      const PipelineBook& pipelines) {
  const std::vector<ListenerRoutes> by_listener = collect_routes(topology, routes);
  auto document = std::make_shared<config::Document>();
  for (std::size_t i = 0; i < topology.listeners.size(); ++i) {
    const ServedListener& served = topology.listeners[i];
    const ServedGateway& gateway = topology.gateways[served.gateway];
    if (!served.programmed() || gateway.not_accepted) continue;
    const auto& owner = gateway.object->meta;
    const auto section =
        served.listener_set ? std::string_view() : std::string_view(served.spec->name);
    const auto regions = locks.find_for_listener(owner.namespace_, owner.name, section);
    const auto processed = pipelines.find_for_listener(owner.namespace_, owner.name, section);
    for (const std::string& address : served.bind_addresses) {
      config::Listener listener;
      listener.id = served.id;
      listener.gateway = gateway.id;
      listener.address = address;
      listener.port = served.spec->port;
      listener.protocol = *served.protocol;
      listener.hostname = served.hostname();
      listener.tls = served.tls;
      listener.regions = regions;
      listener.pipelines = processed;
      listener.http_routes = by_listener[i].http;
      listener.l4_routes = by_listener[i].l4;
      document->listeners.push_back(std::move(listener));
    }
  }
  document->backends = collect_backends(routes, backends, pipelines.backends());
  document->pipelines = pipelines.all();
  document->backend_pipelines = pipelines.by_backend();
  return document;
}

}  // namespace tidegate::gatewayapi
