// One UDP listening socket of one worker.   Thread: the worker's.
#pragma once

#include <memory>

#include "io/datagram.h"
#include "l4/datagram_proxy.h"
#include "server/listening.h"
#include "server/route_upstream.h"

namespace tidegate::server {

class UdpPort final : public Listening {
 public:
  // Errors: kInvalidConfig: "cannot listen on ...".
  static Result<std::unique_ptr<UdpPort>> open(std::shared_ptr<const proxy::Snapshot> snapshot,
                                               const proxy::Port& port,
                                               proxy::WorkerContext& worker,
                                               io::DatagramBatch& batch);
  UdpPort(std::unique_ptr<io::DatagramSocket> socket, std::unique_ptr<RouteUpstream> upstream,
          proxy::WorkerContext& worker, io::DatagramBatch& batch);

  void adopt(std::shared_ptr<const proxy::Snapshot> snapshot, const proxy::Port& port) override;
  void drain() override;
  void cancel() override { drain(); }
  async::Task<bool> done(async::TimeoutList* timeout) override {
    return stopping_.drain_for(timeout);
  }
  bool accepting() const override { return !draining_; }
  bool finished() const override { return draining_ && stopping_.size() == 0; }

 private:
  proxy::WorkerContext& worker_;
  std::unique_ptr<RouteUpstream> upstream_;
  std::unique_ptr<RouteUpstream> previous_;  // of lookups that began before the last adopt()
  l4::DatagramProxy proxy_;
  async::TaskGroup stopping_;
  bool draining_ = false;
};

}  // namespace tidegate::server
