#include "support/pollers.h"

#include <fmt/format.h>

#include <cstdio>

namespace tidegate::testing {

Result<std::unique_ptr<async::Poller>> make_poller(PollerKind kind) {
  if (kind == PollerKind::kUring) return async::make_uring_poller();
  return async::make_epoll_poller();
}

std::vector<PollerKind> available_pollers() {
  static const bool has_uring = [] {
    const auto uring = make_poller(PollerKind::kUring);
    if (!uring) fmt::print(stderr, "no tests on io_uring: {}\n", uring.error().detail);
    return uring.has_value();
  }();
  if (!has_uring) return {PollerKind::kEpoll};
  return {PollerKind::kEpoll, PollerKind::kUring};
}

std::string poller_name(const ::testing::TestParamInfo<PollerKind>& info) {
  return info.param == PollerKind::kUring ? "Uring" : "Epoll";
}

}  // namespace tidegate::testing
