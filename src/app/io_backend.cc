#include "app/io_backend.h"

#include <utility>

#include "telemetry/log.h"

namespace tidegate::app {

std::optional<std::string> find_uring_obstacle() {
  auto made = async::make_uring_poller();
  if (made) return std::nullopt;
  return made.error().detail;
}

std::function<std::unique_ptr<async::Poller>()> choose_poller(IoBackend wished) {
  if (wished == IoBackend::kEpoll) return [] { return async::make_epoll_poller(); };
  // Asked once per worker: a limit on locked memory may refuse the second ring.
  return [] {
    auto uring = async::make_uring_poller();
    if (uring) return std::move(*uring);
    telemetry::log(telemetry::LogLevel::kWarn, "io_uring is refused, using epoll",
                   {{"reason", uring.error().detail}});
    return async::make_epoll_poller();
  };
}

}  // namespace tidegate::app
