// The gateway's own endpoints, on an address of their own and a thread of their own, so that a busy
// or stuck worker does not silence them:
//   GET /healthz  200 while the process runs
//   GET /readyz   200 when every worker serves a snapshot; 503 before, and while draining
//   GET /metrics  Prometheus text or OpenMetrics, by Accept
// Thread: any for the constructor, set_ready() and stop().
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "async/reactor.h"
#include "async/task_group.h"
#include "io/acceptor.h"
#include "io/inbound.h"
#include "server/connection.h"
#include "telemetry/metrics.h"

namespace tidegate::admin {

class AdminServer final : private server::RequestHandler {
 public:
  AdminServer(const Clock& clock, telemetry::Registry& metrics);
  ~AdminServer();

  // Listens and starts the thread. Errors: kInvalidConfig: "cannot listen on ...".
  Result<void> start(const io::Address& address);
  void set_ready(bool ready) { ready_.store(ready, std::memory_order_release); }
  io::Address address() const { return acceptor_->local_address(); }
  void stop();

 private:
  async::Task<void> accept_all();
  async::Task<void> serve(int fd);
  async::Task<void> handle(exchange::Exchange& exchange) override;
  async::Task<void> refuse(exchange::Exchange& exchange, Error error) override;
  async::Task<void> send_metrics(exchange::Exchange& exchange);
  async::Task<void> shut_down();

  telemetry::Registry& metrics_;
  async::Reactor reactor_;
  io::SharedBuffer shared_buffer_;
  std::unique_ptr<io::Acceptor> acceptor_;
  async::TaskGroup connections_;
  async::TaskGroup stopping_;
  std::vector<server::Connection*> open_;
  std::atomic<bool> ready_{false};
  std::thread thread_;
};

}  // namespace tidegate::admin
