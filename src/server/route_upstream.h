// The backends of one TCP, TLS or UDP route as seen from a connection: one by weight, through the
// worker's registry.   Thread: the worker's.
#pragma once

#include <memory>

#include "l4/upstream.h"
#include "proxy/snapshot.h"
#include "proxy/worker_context.h"

namespace tidegate::server {

class RouteUpstream final : public l4::StreamUpstream, public l4::DatagramUpstream {
 public:
  // `route` belongs to `snapshot`, which is kept. Null: every connection fails.
  RouteUpstream(std::shared_ptr<const proxy::Snapshot> snapshot, const config::L4Route* route,
                proxy::WorkerContext& worker)
      : snapshot_(std::move(snapshot)), route_(route), worker_(worker) {}

  // A reference that does not resolve keeps its share of the connections, which fail (Gateway API).
  async::Task<Result<std::unique_ptr<io::Socket>>> connect(async::CancelScope& scope) override;
  async::Task<Result<io::Address>> choose(async::CancelScope& scope) override;

 private:
  std::shared_ptr<upstream::BackendState> choose_backend();

  std::shared_ptr<const proxy::Snapshot> snapshot_;
  const config::L4Route* route_;
  proxy::WorkerContext& worker_;
};

}  // namespace tidegate::server
