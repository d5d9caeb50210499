// One listening socket of one worker, and the connections that came through it.
//
// The socket and its connections outlive snapshots: only what they serve by is exchanged.
// Thread: the worker's.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>

#include "async/task_group.h"
#include "io/acceptor.h"
#include "io/inbound.h"
#include "io/tls_context.h"
#include "proxy/snapshot.h"
#include "proxy/worker_context.h"
#include "server/connection.h"
#include "server/listening.h"
#include "telemetry/exchange_metrics.h"

namespace tidegate::server {

class ServerPort final : public Listening, private RequestHandler {
 public:
  // Binds and starts to accept. Errors: kInvalidConfig: "cannot listen on 0.0.0.0:80: permission
  // denied".
  static Result<std::unique_ptr<ServerPort>> open(std::shared_ptr<const proxy::Snapshot> snapshot,
                                                  const proxy::Port& port,
                                                  proxy::WorkerContext& worker,
                                                  io::SharedBuffer& shared_buffer);
  // `address`: as metrics name the port, "0.0.0.0:8080".
  ServerPort(std::unique_ptr<io::Acceptor> acceptor, std::string_view address,
             proxy::WorkerContext& worker, io::SharedBuffer& shared_buffer);

  void adopt(std::shared_ptr<const proxy::Snapshot> snapshot, const proxy::Port& port) override;
  void drain() override;
  void cancel() override;
  async::Task<bool> done(async::TimeoutList* timeout) override;
  bool accepting() const override { return !draining_; }
  bool finished() const override { return group_.size() == 0; }

 private:
  // Puts a connection into the set that drain() and cancel() reach.
  class Registration {
   public:
    Registration(ServerPort& port, Connection& connection) : port_(port), connection_(&connection) {
      port_.connections_.insert(connection_);
    }
    ~Registration() { end(); }
    Registration(const Registration&) = delete;
    Registration& operator=(const Registration&) = delete;
    void end() const { port_.connections_.erase(connection_); }

   private:
    ServerPort& port_;
    Connection* connection_;
  };
  async::Task<void> accept_all();
  async::Task<void> serve(int fd);
  route::SniChoice find_server(std::string_view name) const;
  // Each with a frame of its own, so that a connection holds room for what it speaks and not for
  // everything it might have spoken: inlined into serve(), a frame is as large as all together.
  [[gnu::noinline]] async::Task<void> serve_tls(io::Inbound& inbound,
                                                exchange::ConnectionFacts& facts);
  [[gnu::noinline]] async::Task<Result<io::TlsInfo>> shake_hands(io::Socket& socket);
  [[gnu::noinline]] async::Task<void> serve_bytes(io::Inbound& inbound,
                                                  const config::L4Route* route);
  [[gnu::noinline]] async::Task<void> serve_h2(io::Inbound& inbound,
                                               const exchange::ConnectionFacts& facts);
  async::Task<void> serve_h1(io::Inbound& inbound, const exchange::ConnectionFacts& facts);
  async::Task<Result<bool>> speaks_h2(io::Inbound& inbound);
  async::Task<void> run(Connection& connection);

  async::Task<void> handle(exchange::Exchange& exchange) override;
  async::Task<void> refuse(exchange::Exchange& exchange, Error error) override;

  std::unique_ptr<io::Acceptor> acceptor_;
  proxy::WorkerContext& worker_;
  io::SharedBuffer& shared_buffer_;
  std::shared_ptr<const proxy::Snapshot> snapshot_;
  const proxy::Port* port_ = nullptr;            // of snapshot_
  std::unordered_set<Connection*> connections_;  // see Registration
  telemetry::SeriesLease lease_;
  telemetry::PortSeries series_;
  async::TaskGroup group_;
  bool draining_ = false;
};

}  // namespace tidegate::server
