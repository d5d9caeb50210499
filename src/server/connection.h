// What a worker knows of its downstream connections, and what they know of who serves their
// requests. Thread: the worker's.
#pragma once

#include "async/task.h"
#include "base/error.h"
#include "exchange/exchange.h"

namespace tidegate::server {

// Serves one exchange: always answers through exchange.response, or aborts it. Never fails.
class RequestHandler {
 public:
  virtual async::Task<void> handle(exchange::Exchange& exchange) = 0;
  // Answers a request that could not be read; exchange.request holds what could be.
  virtual async::Task<void> refuse(exchange::Exchange& exchange, Error error) = 0;

 protected:
  ~RequestHandler() = default;
};

class Connection {
 public:
  virtual ~Connection() = default;
  // Runs until the connection is done.
  virtual async::Task<void> serve() = 0;
  // Serves what has begun, then ends; an idle connection ends at once.
  virtual void drain() = 0;
  // Ends at once: what is being served is cancelled.
  virtual void cancel() = 0;
};

}  // namespace tidegate::server
