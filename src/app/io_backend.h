// Which kernel interface the workers use.
#pragma once

#include <functional>
#include <memory>

#include "app/gateway.h"
#include "async/reactor.h"

namespace tidegate::app {

// A maker of pollers for the wished backend. io_uring falls back to epoll, with a log line that
// says why, where the kernel refuses it.
std::function<std::unique_ptr<async::Poller>()> choose_poller(IoBackend wished);

}  // namespace tidegate::app
