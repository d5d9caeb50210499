#include "support/pollers.h"

namespace tidegate::testing {

Result<std::unique_ptr<async::Poller>> make_poller(PollerKind kind) {
  if (kind == PollerKind::kUring) return async::make_uring_poller();
  return async::make_epoll_poller();
}

std::string poller_name(const ::testing::TestParamInfo<PollerKind>& info) {
  return info.param == PollerKind::kUring ? "Uring" : "Epoll";
}

}  // namespace tidegate::testing
