#include "proxy/port.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tidegate::proxy {

using config::ListenerProtocol;

namespace {

PortKind kind_of(ListenerProtocol protocol) {
  switch (protocol) {
    case ListenerProtocol::kHttp:
      return PortKind::kHttp;
    case ListenerProtocol::kHttps:
    case ListenerProtocol::kTlsTerminate:
    case ListenerProtocol::kTlsPassthrough:
      return PortKind::kTls;
    case ListenerProtocol::kTcp:
      return PortKind::kTcp;
    case ListenerProtocol::kUdp:
      return PortKind::kUdp;
  }
  return PortKind::kTcp;
}

std::vector<const config::Listener*> pointers(
    const std::vector<std::shared_ptr<const config::Listener>>& listeners) {
  std::vector<const config::Listener*> result;
  for (const auto& listener : listeners) result.push_back(listener.get());
  return result;
}

// What the TLS context of a port is made from.
std::vector<io::HostTls> collect_hosts(
    const std::vector<std::shared_ptr<const config::Listener>>& listeners) {
  std::vector<io::HostTls> hosts;
  for (const auto& listener : listeners) {
    if (listener->protocol == ListenerProtocol::kTlsPassthrough) continue;
    const bool http = listener->protocol == ListenerProtocol::kHttps;
    hosts.push_back(io::HostTls{listener->hostname, listener->tls,
                                http ? io::Alpn::kHttp2OrHttp1 : io::Alpn::kNone});
  }
  return hosts;
}

// By pointer: the compiler keeps material that did not change.
bool same_host(const io::HostTls& a, const io::HostTls& b) {
  return a.hostname == b.hostname && a.tls == b.tls && a.alpn == b.alpn;
}

void make_tls(Port& port, const Port* previous) {
  const std::vector<io::HostTls> hosts = collect_hosts(port.listeners);
  port.has_passthrough = hosts.size() < port.listeners.size();
  if (hosts.empty()) return;
  if (previous != nullptr && previous->kind == PortKind::kTls &&
      std::ranges::equal(hosts, collect_hosts(previous->listeners), same_host)) {
    port.tls = previous->tls;
    port.tls_problem = previous->tls_problem;
    return;
  }
  auto made = io::ServerTls::make(hosts);
  if (made) {
    port.tls = std::move(*made);
  } else {
    port.tls_problem = fmt::format("{}: {}", port.key, made.error().detail);
  }
}

}  // namespace

std::string port_key(const config::Listener& listener) {
  const bool udp = listener.protocol == ListenerProtocol::kUdp;
  return fmt::format("{} {}:{}", udp ? "udp" : "tcp", listener.address, listener.port);
}

std::shared_ptr<const Port> make_port(
    std::vector<std::shared_ptr<const config::Listener>> listeners, route::RouteCache& cache,
    const Port* previous) {
  auto port = std::make_shared<Port>();
  port->listeners = std::move(listeners);
  const config::Listener& first = *port->listeners.front();
  port->key = port_key(first);
  port->address = first.address;
  port->port = first.port;
  port->kind = kind_of(first.protocol);
  for (const auto& listener : port->listeners) {
    const bool http = listener->protocol == ListenerProtocol::kHttp ||
                      listener->protocol == ListenerProtocol::kHttps;
    if (http) port->http_listeners.push_back(listener);
  }
  if (!port->http_listeners.empty()) {
    port->router = std::make_unique<route::Router>(pointers(port->http_listeners), cache);
  }
  if (port->kind == PortKind::kTls) {
    port->sni = std::make_unique<route::SniTable>(pointers(port->listeners));
    make_tls(*port, previous);
  }
  return port;
}

}  // namespace tidegate::proxy
