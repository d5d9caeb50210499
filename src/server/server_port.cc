#include "server/server_port.h"

#include <utility>

#include "async/event.h"
#include "base/limits.h"
#include "proxy/handle.h"
#include "server/h1_connection.h"
#include "server/h2_connection.h"
#include "telemetry/log.h"

namespace tidegate::server {

Result<std::unique_ptr<ServerPort>> ServerPort::open(
    std::shared_ptr<const proxy::Snapshot> snapshot, const proxy::Port& port,
    proxy::WorkerContext& worker, io::SharedBuffer& shared_buffer) {
  TIDEGATE_TRY(address, io::Address::parse(port.address, port.port));
  TIDEGATE_TRY(acceptor, io::Acceptor::listen(worker.reactor, address));
  auto opened = std::make_unique<ServerPort>(std::move(acceptor), worker, shared_buffer);
  opened->adopt(std::move(snapshot), port);
  opened->group_.spawn(opened->accept_all());
  return opened;
}

ServerPort::ServerPort(std::unique_ptr<io::Acceptor> acceptor, proxy::WorkerContext& worker,
                       io::SharedBuffer& shared_buffer)
    : acceptor_(std::move(acceptor)),
      worker_(worker),
      shared_buffer_(shared_buffer),
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
  io::Socket socket(worker_.reactor, fd, Origin::kDownstream);
  if (!socket.watch()) co_return;
  exchange::ConnectionFacts facts;
  const io::Address peer = socket.peer_address();
  facts.client_ip = peer.ip();
  facts.client_port = peer.port();
  facts.local_port = port_->port;
  io::Inbound inbound(socket, shared_buffer_);
  switch (port_->kind) {
    case proxy::PortKind::kHttp:
      co_await serve_http(inbound, facts, std::string_view());
      break;
    case proxy::PortKind::kTls:
      co_await serve_tls(socket, inbound, facts);
      break;
    case proxy::PortKind::kTcp:
    case proxy::PortKind::kUdp:
      break;
  }
}

async::Task<void> ServerPort::serve_tls(io::Socket& socket, io::Inbound& inbound,
                                        exchange::ConnectionFacts& facts) {
  if (port_->tls == nullptr) co_return;
  socket.set_tls(port_->tls->make_session());
  auto shaken = co_await socket.handshake(worker_.reactor.timeouts(limits::kRequestHeadTimeout));
  if (!shaken) {
    telemetry::log(telemetry::LogLevel::kDebug, "TLS handshake failed",
                   {{"client", facts.client_ip}, {"error", shaken.error().detail}});
    co_return;
  }
  const io::TlsInfo info = io::tls_info(socket.tls());
  facts.tls = true;
  facts.server_name = info.server_name;
  facts.client_certificate_verified = info.peer_certificate == io::PeerCertificate::kVerified;
  co_await serve_http(inbound, facts, info.alpn);
  socket.shutdown_write();
}

// HTTP/2 by prior knowledge is known by its preface, which no HTTP/1 request can begin with.
async::Task<bool> ServerPort::begins_with_h2_preface(io::Inbound& inbound) {
  static constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  while (true) {
    const std::string_view unread = inbound.unread();
    if (unread.starts_with(kPreface)) co_return true;
    if (!kPreface.starts_with(unread)) co_return false;
    auto got = co_await inbound.fill(worker_.reactor.timeouts(limits::kRequestHeadTimeout));
    if (!got || *got == 0) co_return false;
  }
}

async::Task<void> ServerPort::serve_http(io::Inbound& inbound,
                                         const exchange::ConnectionFacts& facts,
                                         std::string_view alpn) {
  const bool h2 = facts.tls ? alpn == "h2" : co_await begins_with_h2_preface(inbound);
  if (h2) {
    H2Connection connection(inbound, facts, *this);
    co_await run(connection);
  } else {
    H1Connection connection(inbound, facts, *this);
    co_await run(connection);
  }
}

async::Task<void> ServerPort::run(Connection& connection) {
  connections_.insert(&connection);
  if (draining_) connection.drain();
  co_await connection.serve();
  connections_.erase(&connection);
}

async::Task<void> ServerPort::handle(exchange::Exchange& exchange) {
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
