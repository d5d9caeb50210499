// Where bytes and datagrams go: the seam between listeners and whatever chooses endpoints.
// Thread: the worker's.
#pragma once

#include <memory>

#include "async/cancel.h"
#include "async/task.h"
#include "base/error.h"
#include "io/address.h"
#include "io/socket.h"

namespace tidegate::l4 {

class StreamUpstream {
 public:
  virtual ~StreamUpstream() = default;
  // A connected socket, its TLS handshake done where the backend wants TLS.
  // Errors: origin upstream; kUnavailable when there is no endpoint.
  virtual async::Task<Result<std::unique_ptr<io::Socket>>> connect(async::CancelScope& scope) = 0;
};

class DatagramUpstream {
 public:
  virtual ~DatagramUpstream() = default;
  // The endpoint for one new flow. Errors as above.
  virtual async::Task<Result<io::Address>> choose(async::CancelScope& scope) = 0;
};

}  // namespace tidegate::l4
