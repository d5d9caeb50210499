// How long one try may wait for what.
#pragma once

#include <chrono>

#include "base/limits.h"

namespace tidegate::upstream {

struct CallTimeouts {
  std::chrono::milliseconds first_byte =
      limits::kFirstByteTimeout;  // from request sent to response head
  std::chrono::milliseconds idle = limits::kStreamIdleTimeout;        // between bytes of the body
  std::chrono::milliseconds write = limits::kDownstreamWriteTimeout;  // the peer takes no bytes
};

}  // namespace tidegate::upstream
