// Outgoing connections.   Thread: the reactor's.
#pragma once

#include <memory>

#include "async/cancel.h"
#include "async/task.h"
#include "io/socket.h"

namespace tidegate::io {

// Opens a TCP connection with TCP_NODELAY, watched by the reactor.
// Errors: kConnectionRefused, kTimeout, kCancelled, kConnectFailed; origin upstream, retry safe.
async::Task<Result<std::unique_ptr<Socket>>> connect(async::Reactor& reactor,
                                                     const Address& address,
                                                     async::TimeoutList* timeout,
                                                     async::CancelScope& scope);

}  // namespace tidegate::io
