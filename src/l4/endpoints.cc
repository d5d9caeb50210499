#include "l4/endpoints.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "io/connect.h"

namespace tidegate::l4 {

const config::WeightedBackend* choose_weighted(std::span<const config::WeightedBackend> backends,
                                               std::uint64_t random) {
  std::uint64_t total = 0;
  for (const auto& backend : backends) total += backend.weight;
  if (total == 0) return nullptr;
  __extension__ using Wide = unsigned __int128;
  auto point = static_cast<std::uint64_t>((static_cast<Wide>(random) * total) >> 64);
  for (const auto& backend : backends) {
    if (point < backend.weight) return &backend;
    point -= backend.weight;
  }
  return nullptr;  // not reached: point < total
}

// A backend and its addresses, in the order in which they are to be tried.
struct RouteEndpoints::Choice {
  Choice(std::shared_ptr<const config::Backend> b, std::vector<io::Address> a)
      : backend(std::move(b)), addresses(std::move(a)) {}
  std::shared_ptr<const config::Backend> backend;
  std::vector<io::Address> addresses;
};

RouteEndpoints::RouteEndpoints(async::Reactor& reactor, io::Resolver& resolver, Random& random,
                               std::shared_ptr<const config::L4Route> route)
    : reactor_(reactor),
      resolver_(resolver),
      random_(random),
      route_(std::move(route)),
      turn_(random.next()) {}

async::Task<Result<RouteEndpoints::Choice>> RouteEndpoints::choose_all(async::CancelScope& scope) {
  const auto unavailable = [this](std::string_view why) {
    return fail(ErrorCode::kUnavailable, Origin::kUpstream, route_->id + ": " + std::string(why));
  };
  const auto* chosen = choose_weighted(route_->backends, random_.next());
  if (chosen == nullptr || chosen->backend == nullptr) co_return unavailable("no backend");
  const auto backend = chosen->backend;
  std::vector<io::Address> addresses;
  if (const auto* name = std::get_if<config::Fqdn>(&backend->destination)) {
    TIDEGATE_CO_TRY(found,
                    resolver_.resolve(name->hostname, name->port, scope, limits::kConnectTimeout));
    addresses = std::move(found);
  } else if (const auto* fixed =
                 std::get_if<std::vector<config::Endpoint>>(&backend->destination)) {
    for (const auto& endpoint : *fixed) {
      if (auto address = io::Address::parse(endpoint.address, endpoint.port)) {
        addresses.push_back(*address);
      }
    }
  }
  if (addresses.empty()) co_return unavailable("no endpoint");
  const auto start = static_cast<std::ptrdiff_t>(turn_++ % addresses.size());
  std::ranges::rotate(addresses, addresses.begin() + start);
  co_return Choice(backend, std::move(addresses));
}

async::Task<Result<io::Address>> RouteEndpoints::choose(async::CancelScope& scope) {
  TIDEGATE_CO_TRY(choice, choose_all(scope));
  co_return choice.addresses.front();
}

async::Task<Result<std::unique_ptr<io::Socket>>> RouteEndpoints::connect(
    async::CancelScope& scope) {
  TIDEGATE_CO_TRY(choice, choose_all(scope));
  if (choice.backend->tls != nullptr) {
    co_return fail(ErrorCode::kUnsupported, Origin::kInternal, "TLS to an L4 backend");
  }
  const auto configured = choice.backend->connect_timeout;
  auto* timeout = reactor_.timeouts(configured.count() > 0 ? configured : limits::kConnectTimeout);
  Result<std::unique_ptr<io::Socket>> socket = nullptr;
  for (std::size_t i = 0; i < std::min(kMaxTries, choice.addresses.size()); ++i) {
    socket = co_await io::connect(reactor_, choice.addresses[i], timeout, scope);
    if (socket || socket.error().code == ErrorCode::kCancelled) break;
  }
  co_return socket;
}

}  // namespace tidegate::l4
