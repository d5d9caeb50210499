// The gateway as one object: resources in, a running data plane out. It only wires; nothing is
// decided here.
//
// Owns the workers, the admin server, the logs and the chain feed -> compile -> snapshot ->
// workers. Thread: the main thread.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "admin/admin_server.h"
#include "app/builtin_processors.h"
#include "base/clock.h"
#include "base/limits.h"
#include "gatewayapi/compile.h"
#include "proxy/snapshot.h"
#include "server/worker.h"
#include "telemetry/access_log.h"
#include "telemetry/exchange_metrics.h"

namespace tidegate::app {

enum class IoBackend : std::uint8_t { kEpoll, kUring };

struct GatewaySettings {
  std::size_t workers = 0;  // 0: one per CPU that this process may use
  IoBackend io = IoBackend::kEpoll;
  std::string admin_address = "127.0.0.1:15000";  // empty: no admin server
  std::optional<std::string> access_log;          // path, "-" for standard output; absent: off
  std::string prices;  // path of a price file (llm/price/price_table.h); empty: the built-in one
  std::chrono::milliseconds drain_time = limits::kDrainTimeout;
  gatewayapi::CompileOptions compile;
};

class Gateway {
 public:
  explicit Gateway(GatewaySettings settings);
  ~Gateway();

  // Starts logs, admin server and workers; nothing is served yet. Errors: kInvalidConfig.
  Result<void> start();
  // Compiles and serves `resources`. Returns sockets that could not be opened and material that
  // could not be used; everything else is in effect when this returns. The cost is that of what
  // changed since the last call.
  std::vector<std::string> apply(std::shared_ptr<const resource::ResourceSet> resources);
  // What a cluster would be told in status since the last apply(), and was not told before: the
  // lines of objects that do not work.
  const std::string& new_status_problems() const { return new_status_problems_; }
  std::size_t route_count() const { return snapshot_ ? snapshot_->route_count() : 0; }
  // Where the data plane listens, as "0.0.0.0:8080".
  std::vector<std::string> listening() const;
  std::string admin_address() const;
  // Opens the access log again, after a rotation.
  void reopen_access_log();
  // Reads the price file, for the next apply(). Errors: it cannot be read, or kInvalidConfig; what
  // was read before stays.
  Result<void> load_prices();
  // Finishes what has begun, then stops everything.
  void drain();

 private:
  std::vector<std::string> adopt_on_all_workers();

  GatewaySettings settings_;
  SystemClock clock_;
  const pipeline::Catalog processors_ = builtin_processors();
  telemetry::Registry metrics_;
  telemetry::ExchangeMetrics exchange_metrics_;
  std::unique_ptr<telemetry::AccessLogWriter> access_log_;
  std::unique_ptr<admin::AdminServer> admin_;
  std::vector<std::unique_ptr<server::Worker>> workers_;
  gatewayapi::Compilation compilation_;
  std::string new_status_problems_;
  route::RouteCache route_cache_;
  std::shared_ptr<const llm::PriceTable> prices_;  // null: the built-in ones
  std::shared_ptr<const proxy::Snapshot> snapshot_;
};

}  // namespace tidegate::app
