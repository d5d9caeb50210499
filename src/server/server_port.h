// One listening socket of one worker, and the connections that came through it.
//
// The socket and its connections outlive snapshots: only what they serve by is exchanged.
// Thread: the worker's.
#pragma once

#include <memory>
#include <string>
#include <unordered_set>

#include "async/task_group.h"
#include "io/acceptor.h"
#include "io/inbound.h"
#include "proxy/snapshot.h"
#include "proxy/worker_context.h"
#include "server/connection.h"

namespace tidegate::server {

class ServerPort final : private RequestHandler {
 public:
  // Binds and starts to accept. Errors: kInvalidConfig: "cannot listen on 0.0.0.0:80: permission
  // denied".
  static Result<std::unique_ptr<ServerPort>> open(std::shared_ptr<const proxy::Snapshot> snapshot,
                                                  const proxy::Port& port,
                                                  proxy::WorkerContext& worker,
                                                  io::SharedBuffer& shared_buffer);
  ServerPort(std::unique_ptr<io::Acceptor> acceptor, proxy::WorkerContext& worker,
             io::SharedBuffer& shared_buffer);

  // From now on exchanges are served by this snapshot's version of the port.
  void adopt(std::shared_ptr<const proxy::Snapshot> snapshot, const proxy::Port& port);
  // Stops accepting; connections end after what they are serving.
  void drain();
  // Ends every connection at once.
  void cancel();
  // Completes when no connection is left, or after the timeout; true when none is left.
  async::Task<bool> done(async::TimeoutList* timeout);
  bool accepting() const { return !draining_; }
  // Nothing of it runs any more: it may be destroyed.
  bool finished() const { return group_.size() == 0; }

 private:
  async::Task<void> accept_all();
  async::Task<void> serve(int fd);
  async::Task<void> serve_tls(io::Socket& socket, io::Inbound& inbound,
                              exchange::ConnectionFacts& facts);
  async::Task<void> serve_http(io::Inbound& inbound, const exchange::ConnectionFacts& facts,
                               std::string_view alpn);
  async::Task<bool> begins_with_h2_preface(io::Inbound& inbound);
  async::Task<void> run(Connection& connection);

  async::Task<void> handle(exchange::Exchange& exchange) override;
  async::Task<void> refuse(exchange::Exchange& exchange, Error error) override;

  std::unique_ptr<io::Acceptor> acceptor_;
  proxy::WorkerContext& worker_;
  io::SharedBuffer& shared_buffer_;
  std::shared_ptr<const proxy::Snapshot> snapshot_;
  const proxy::Port* port_ = nullptr;  // of snapshot_
  std::unordered_set<Connection*> connections_;
  async::TaskGroup group_;
  bool draining_ = false;
};

}  // namespace tidegate::server
