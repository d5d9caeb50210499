// One worker: a thread with its own event loop, listening sockets, upstream pools and counters.
// Nothing on the request path is shared with other workers but the immutable Snapshot.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "async/event.h"
#include "async/reactor.h"
#include "async/task_group.h"
#include "base/random.h"
#include "credential/outbound_caller.h"
#include "credential/store.h"
#include "credential/surroundings.h"
#include "io/datagram.h"
#include "io/inbound.h"
#include "io/resolver.h"
#include "proxy/series_cache.h"
#include "proxy/tls_failure_counter.h"
#include "proxy/worker_context.h"
#include "server/listening.h"
#include "telemetry/access_log.h"
#include "telemetry/exchange_metrics.h"
#include "upstream/registry.h"

namespace tidegate::server {

// What all workers share.
struct WorkerSettings {
  const Clock& clock;
  const telemetry::ExchangeMetrics& metrics;
  telemetry::AccessLogWriter* access_log;  // null: off
  std::function<std::unique_ptr<async::Poller>()> make_poller;
  std::string gateway_id = {};  // tells this gateway from others in CDN-Loop
};

class Worker {
 public:
  // `seed` makes this worker's choices differ from the others'.
  Worker(const WorkerSettings& settings, std::uint64_t seed);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Starts the thread.
  void start();
  // Serves by this snapshot from now on: opens new ports, closes those that are gone, keeps
  // everything else. Calls `done` on the worker's thread with what could not be opened. Thread:
  // any.
  void adopt(std::shared_ptr<const proxy::Snapshot> snapshot,
             std::function<void(std::vector<std::string> problems)> done);
  // Stops listening, lets what has begun finish within `time`, cancels the rest, ends the thread.
  // Returns at once; join() waits. Later snapshots are not adopted. Thread: any.
  void drain(std::chrono::milliseconds time);
  void join();

 private:
  void run();
  Result<std::unique_ptr<Listening>> open(const std::shared_ptr<const proxy::Snapshot>& snapshot,
                                          const proxy::Port& port);
  std::vector<std::string> adopt_now(std::shared_ptr<const proxy::Snapshot> snapshot);
  async::Task<void> drain_now(std::chrono::milliseconds time);
  async::Task<void> keep_house();

  WorkerSettings settings_;
  async::Reactor reactor_;
  io::SharedBuffer shared_buffer_;
  Random random_;
  async::TaskGroup background_;
  std::unique_ptr<io::Resolver> resolver_;
  upstream::Registry upstreams_;
  telemetry::ExchangeRecorder recorder_;
  proxy::SeriesCache series_;
  proxy::TlsFailureCounter tls_failures_;
  async::TaskGroup housekeeping_;
  async::CancelScope stopping_;
  credential::OutboundCaller token_calls_;
  credential::SystemSurroundings surroundings_;
  credential::Store credentials_;
  bool draining_ = false;
  proxy::WorkerContext context_;
  std::shared_ptr<const proxy::Snapshot> snapshot_;
  std::unique_ptr<io::DatagramBatch> datagrams_;  // made with the first UDP port
  std::map<std::string, std::unique_ptr<Listening>> ports_;
  std::vector<std::unique_ptr<Listening>> retired_;  // not served any more, with connections left
  std::thread thread_;
};

}  // namespace tidegate::server
