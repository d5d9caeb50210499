#include "server/route_upstream.h"

#include "l4/choose_backend.h"

namespace tidegate::server {

std::shared_ptr<upstream::BackendState> RouteUpstream::choose_backend() {
  if (route_ == nullptr) return nullptr;
  const auto* choice = l4::choose_weighted(route_->backends, worker_.random.next());
  if (choice == nullptr || choice->backend == nullptr) return nullptr;
  return worker_.upstreams.find(choice->backend, *snapshot_);
}

async::Task<Result<std::unique_ptr<io::Socket>>> RouteUpstream::connect(async::CancelScope& scope) {
  const auto backend = choose_backend();
  if (backend == nullptr) co_return fail(ErrorCode::kNoBackend, Origin::kUpstream, "no backend");
  auto socket = co_await backend->connect_raw(scope);
  // Nothing was sent: another endpoint is as good.
  if (!socket && socket.error().retry == Retry::kSafe && !scope.requested()) {
    co_return co_await backend->connect_raw(scope);
  }
  co_return socket;
}

async::Task<Result<io::Address>> RouteUpstream::choose(async::CancelScope& scope) {
  const auto backend = choose_backend();
  if (backend == nullptr) co_return fail(ErrorCode::kNoBackend, Origin::kUpstream, "no backend");
  co_return co_await backend->choose_address(scope);
}

}  // namespace tidegate::server
