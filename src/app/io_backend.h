// Which kernel interface the workers use.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "app/gateway.h"
#include "async/reactor.h"

namespace tidegate::app {

// A maker of pollers for the wished backend. io_uring falls back to epoll, with a log line that
// says why, where the kernel refuses it.
std::function<std::unique_ptr<async::Poller>()> choose_poller(IoBackend wished);

// Why io_uring cannot be used here; empty where it can.
std::optional<std::string> find_uring_obstacle();

}  // namespace tidegate::app
