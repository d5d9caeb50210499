#include "server/udp_port.h"

#include <utility>

namespace tidegate::server {
namespace {

// The oldest route serves the port. Source: Gateway API, UDPRoute.
std::unique_ptr<RouteUpstream> make_upstream(std::shared_ptr<const proxy::Snapshot> snapshot,
                                             const proxy::Port& port,
                                             proxy::WorkerContext& worker) {
  const auto& routes = port.listeners.front()->l4_routes;
  const config::L4Route* route = routes.empty() ? nullptr : routes.front().get();
  return std::make_unique<RouteUpstream>(std::move(snapshot), route, worker);
}

}  // namespace

Result<std::unique_ptr<UdpPort>> UdpPort::open(std::shared_ptr<const proxy::Snapshot> snapshot,
                                               const proxy::Port& port,
                                               proxy::WorkerContext& worker,
                                               io::DatagramBatch& batch) {
  TIDEGATE_TRY(address, io::Address::parse(port.address, port.port));
  TIDEGATE_TRY(socket, io::DatagramSocket::bind(worker.reactor, address));
  return std::make_unique<UdpPort>(std::move(socket),
                                   make_upstream(std::move(snapshot), port, worker), worker, batch);
}

UdpPort::UdpPort(std::unique_ptr<io::DatagramSocket> socket,
                 std::unique_ptr<RouteUpstream> upstream, proxy::WorkerContext& worker,
                 io::DatagramBatch& batch)
    : worker_(worker),
      upstream_(std::move(upstream)),
      proxy_(std::move(socket), *upstream_, batch, l4::DatagramLimits()),
      stopping_(worker.reactor) {
  proxy_.start();
}

void UdpPort::adopt(std::shared_ptr<const proxy::Snapshot> snapshot, const proxy::Port& port) {
  previous_ = std::exchange(upstream_, make_upstream(std::move(snapshot), port, worker_));
  proxy_.set_upstream(*upstream_);
}

void UdpPort::drain() {
  if (std::exchange(draining_, true)) return;
  stopping_.spawn(proxy_.stop());
}

}  // namespace tidegate::server
