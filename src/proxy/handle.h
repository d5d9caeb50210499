// The proxy's entrance: one exchange from its request head to its last byte.
#pragma once

#include <memory>

#include "async/task.h"
#include "exchange/exchange.h"
#include "proxy/snapshot.h"
#include "proxy/worker_context.h"

namespace tidegate::proxy {

// Serves an exchange by what `snapshot` says of `port`, which belongs to it. Answers through
// exchange.response in every case, or aborts it; records the exchange in log and metrics.
// Thread: the worker's.
async::Task<void> handle(exchange::Exchange& exchange, std::shared_ptr<const Snapshot> snapshot,
                         const Port& port, WorkerContext& worker);

// Answers a request that could not be read.
async::Task<void> refuse(exchange::Exchange& exchange, Error error,
                         std::shared_ptr<const Snapshot> snapshot, const Port& port,
                         WorkerContext& worker);

}  // namespace tidegate::proxy
