// One connection of a TCP or TLS route: bytes both ways.   Thread: the worker's.
#pragma once

#include "async/cancel.h"
#include "io/inbound.h"
#include "server/connection.h"
#include "server/route_upstream.h"

namespace tidegate::server {

class L4Connection final : public Connection {
 public:
  L4Connection(io::Inbound& inbound, io::SharedBuffer& shared, RouteUpstream upstream)
      : inbound_(inbound), shared_(shared), upstream_(std::move(upstream)) {}

  async::Task<void> serve() override;
  // A byte stream has no place to stop at: it goes on until its end or cancel().
  void drain() override {}
  void cancel() override { scope_.request(); }

 private:
  io::Inbound& inbound_;
  io::SharedBuffer& shared_;
  RouteUpstream upstream_;
  async::CancelScope scope_;
};

}  // namespace tidegate::server
