// What the proxy uses of the worker it runs on.   Thread: the worker's.
#pragma once

#include <string_view>

#include "async/cancel.h"
#include "async/reactor.h"
#include "async/task_group.h"
#include "base/random.h"
#include "credential/store.h"
#include "proxy/series_cache.h"
#include "telemetry/access_log.h"
#include "telemetry/exchange_metrics.h"
#include "upstream/registry.h"

namespace tidegate::proxy {

struct WorkerContext {
  async::Reactor& reactor;
  upstream::Registry& upstreams;
  Random& random;
  async::TaskGroup& background;  // mirrors: outlive the exchange, drained with the worker
  async::CancelScope& stopping;  // requested when the worker waits for nothing any more
  telemetry::AccessLogChannel* access_log;  // null: off
  telemetry::ExchangeRecorder& recorder;
  SeriesCache& series;
  credential::Store& credentials;
  std::string_view gateway_id = {};  // in CDN-Loop; see parent_loop.h
};

}  // namespace tidegate::proxy
