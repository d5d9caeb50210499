#include "app/io_backend.h"

#include "telemetry/log.h"

namespace tidegate::app {

std::function<std::unique_ptr<async::Poller>()> choose_poller(IoBackend wished) {
  if (wished == IoBackend::kUring) {
    telemetry::log(telemetry::LogLevel::kWarn, "io_uring is not available, using epoll");
  }
  return [] { return async::make_epoll_poller(); };
}

}  // namespace tidegate::app
