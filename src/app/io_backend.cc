#include "app/io_backend.h"

#include <string>
#include <utility>

#include "telemetry/log.h"

namespace tidegate::app {
namespace {

std::unique_ptr<async::Poller> make_uring_or_epoll() {
  auto poller = async::make_uring_poller();
  return poller ? std::move(*poller) : async::make_epoll_poller();
}

}  // namespace

std::function<std::unique_ptr<async::Poller>()> choose_poller(IoBackend wished) {
  if (wished == IoBackend::kEpoll) return async::make_epoll_poller;
  if (const auto probe = async::make_uring_poller(); !probe) {
    telemetry::log(telemetry::LogLevel::kWarn, "using epoll: " + probe.error().detail);
    return async::make_epoll_poller;
  }
  return make_uring_or_epoll;
}

}  // namespace tidegate::app
