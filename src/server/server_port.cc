#include "server/server_port.h"

#include <utility>

#include "async/event.h"
#include "base/limits.h"
#include "l4/client_hello_peek.h"
#include "proxy/handle.h"
#include "server/h1_connection.h"
#include "server/h2_connection.h"
#include "server/l4_connection.h"
#include "server/opening.h"
#include "telemetry/log.h"

namespace tidegate::server {

Result<std::unique_ptr<ServerPort>> ServerPort::open(
    std::shared_ptr<const proxy::Snapshot> snapshot, const proxy::Port& port,
    proxy::WorkerContext& worker, io::SharedBuffer& shared_buffer) {
  TIDEGATE_TRY(address, io::Address::parse(port.address, port.port));
  TIDEGATE_TRY(acceptor, io::Acceptor::listen(worker.reactor, address));
  const std::string name = address.to_string();
  auto opened = std::make_unique<ServerPort>(std::move(acceptor), name, worker, shared_buffer);
  opened->adopt(std::move(snapshot), port);
  opened->group_.spawn(opened->accept_all());
  return opened;
}

ServerPort::ServerPort(std::unique_ptr<io::Acceptor> acceptor, std::string_view address,
                       proxy::WorkerContext& worker, io::SharedBuffer& shared_buffer)
    : acceptor_(std::move(acceptor)),
      worker_(worker),
      shared_buffer_(shared_buffer),
      lease_(worker.recorder.metrics().registry()),
      series_(worker.recorder.metrics().port(address, lease_)),
      group_(worker.reactor) {}

void ServerPort::adopt(std::shared_ptr<const proxy::Snapshot> snapshot, const proxy::Port& port) {
  snapshot_ = std::move(snapshot);
  port_ = &port;
}

async::Task<void> ServerPort::accept_all() {
  while (true) {
    auto accepted = co_await acceptor_->accept();
    if (accepted) {
      group_.spawn(serve(*accepted));
      continue;
    }
    if (accepted.error().code == ErrorCode::kCancelled) co_return;
    // Out of descriptors, usually: what is open goes on, and some of it will end.
    telemetry::log(telemetry::LogLevel::kError, "cannot accept",
                   {{"error", accepted.error().detail}});
    async::Sleep pause(worker_.reactor, limits::kAcceptPause);
    co_await pause;
  }
}

async::Task<void> ServerPort::serve(int fd) {
  const telemetry::GaugeHold open(worker_.recorder.shard(), series_.open_connections);
  worker_.recorder.shard().add(series_.connections);
  io::Socket socket(worker_.reactor, fd, Origin::kDownstream);
  if (!socket.watch()) co_return;
  exchange::ConnectionFacts facts;
  const io::Address peer = socket.peer_address();
  facts.client_ip = peer.ip();
  facts.client_port = peer.port();
  facts.local_port = port_->port;
  io::Inbound inbound(socket, shared_buffer_);
  switch (port_->kind) {
    case proxy::PortKind::kHttp: {
      auto h2 = co_await speaks_h2(inbound);
      if (!h2) co_return;
      co_return co_await (*h2 ? serve_h2(inbound, facts) : serve_h1(inbound, facts));
    }
    case proxy::PortKind::kTls:
      co_return co_await serve_tls(inbound, facts);
    case proxy::PortKind::kTcp: {
      // The oldest route serves the port. Source: Gateway API, TCPRoute.
      const auto& routes = port_->listeners.front()->l4_routes;
      co_return co_await serve_bytes(inbound, routes.empty() ? nullptr : routes.front().get());
    }
    case proxy::PortKind::kUdp:
      co_return;
  }
}

// A reload may have taken TLS off the port while the client was waited for.
route::SniChoice ServerPort::find_server(std::string_view name) const {
  return port_->sni != nullptr ? port_->sni->find(name) : route::SniChoice();
}

// One port may pass some server names through and terminate TLS for others, to HTTP or to bytes.
async::Task<void> ServerPort::serve_tls(io::Inbound& inbound, exchange::ConnectionFacts& facts) {
  io::Socket& socket = inbound.socket();
  if (port_->has_passthrough) {
    Opening opening(socket);
    const Registration registration(*this, opening);
    auto name = co_await l4::peek_server_name(
        socket, worker_.reactor.timeouts(limits::kRequestHeadTimeout));
    if (!name) co_return;
    const route::SniChoice choice = find_server(*name);
    if (choice.listener == route::HostTable::kAbsent) co_return socket.abort();
    if (port_->listeners[choice.listener]->protocol == config::ListenerProtocol::kTlsPassthrough) {
      registration.end();
      if (choice.route == nullptr) co_return socket.abort();
      co_return co_await serve_bytes(inbound, choice.route);
    }
  }
  auto info = co_await shake_hands(socket);
  if (!info) {
    telemetry::log(telemetry::LogLevel::kDebug, "TLS handshake failed",
                   {{"client", facts.client_ip}, {"error", info.error().detail}});
    co_return;
  }
  const route::SniChoice choice = find_server(info->server_name);
  if (choice.listener == route::HostTable::kAbsent) co_return;
  if (port_->listeners[choice.listener]->protocol == config::ListenerProtocol::kTlsTerminate) {
    co_return co_await serve_bytes(inbound, choice.route);
  }
  facts.tls = true;
  facts.server_name = info->server_name;
  facts.client_certificate_verified = info->peer_certificate == io::PeerCertificate::kVerified;
  co_await (info->alpn == "h2" ? serve_h2(inbound, facts) : serve_h1(inbound, facts));
  socket.shutdown_write();
}

async::Task<Result<io::TlsInfo>> ServerPort::shake_hands(io::Socket& socket) {
  if (port_->tls == nullptr) {
    co_return fail(ErrorCode::kTlsFailure, Origin::kInternal, "no usable certificate on this port");
  }
  Opening opening(socket);
  const Registration registration(*this, opening);
  socket.set_tls(port_->tls->make_session());
  auto shaken = co_await socket.handshake(worker_.reactor.timeouts(limits::kRequestHeadTimeout));
  if (!shaken) co_return std::unexpected(std::move(shaken).error());
  co_return io::tls_info(socket.tls());
}

async::Task<void> ServerPort::serve_bytes(io::Inbound& inbound, const config::L4Route* route) {
  L4Connection connection(inbound, shared_buffer_, RouteUpstream(snapshot_, route, worker_));
  co_await run(connection);
}

async::Task<Result<bool>> ServerPort::speaks_h2(io::Inbound& inbound) {
  Opening opening(inbound.socket());
  const Registration registration(*this, opening);
  co_return co_await begins_with_h2_preface(inbound);
}

async::Task<void> ServerPort::serve_h2(io::Inbound& inbound,
                                       const exchange::ConnectionFacts& facts) {
  H2Connection connection(inbound, facts, *this);
  co_await run(connection);
}

async::Task<void> ServerPort::serve_h1(io::Inbound& inbound,
                                       const exchange::ConnectionFacts& facts) {
  H1Connection connection(inbound, facts, *this);
  co_await run(connection);
}

async::Task<void> ServerPort::run(Connection& connection) {
  const Registration registration(*this, connection);
  if (draining_) connection.drain();
  co_await connection.serve();
}

async::Task<void> ServerPort::handle(exchange::Exchange& exchange) {
  const telemetry::GaugeHold in_flight(worker_.recorder.shard(), series_.requests_in_flight);
  co_await proxy::handle(exchange, snapshot_, *port_, worker_);
}

async::Task<void> ServerPort::refuse(exchange::Exchange& exchange, Error error) {
  co_await proxy::refuse(exchange, std::move(error), snapshot_, *port_, worker_);
}

void ServerPort::drain() {
  draining_ = true;
  acceptor_->close();
  // Ending a connection takes it out of the set, though never before this turn's end.
  for (Connection* connection : connections_) connection->drain();
}

void ServerPort::cancel() {
  drain();
  for (Connection* connection : connections_) connection->cancel();
}

async::Task<bool> ServerPort::done(async::TimeoutList* timeout) {
  return group_.drain_for(timeout);
}

}  // namespace tidegate::server
