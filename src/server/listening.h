// What a worker listens on, TCP or UDP.   Thread: the worker's.
#pragma once

#include <memory>

#include "async/operation.h"
#include "async/task.h"
#include "proxy/snapshot.h"

namespace tidegate::server {

class Listening {
 public:
  virtual ~Listening() = default;
  // From now on what comes is served by this snapshot's version of the port.
  virtual void adopt(std::shared_ptr<const proxy::Snapshot> snapshot, const proxy::Port& port) = 0;
  // Stops listening; what has begun goes on to its end.
  virtual void drain() = 0;
  // Ends everything at once.
  virtual void cancel() = 0;
  // Completes when nothing is left, or after the timeout (null: none); true when nothing is left.
  virtual async::Task<bool> done(async::TimeoutList* timeout) = 0;
  virtual bool accepting() const = 0;
  // Nothing of it runs any more: it may be destroyed.
  virtual bool finished() const = 0;
};

}  // namespace tidegate::server
