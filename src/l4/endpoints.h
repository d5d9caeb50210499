// The endpoints of an L4 route: a backend by weight, its endpoints in turn, names by DNS.
//
// A connection that fails before a byte was sent is tried at the next endpoint. Backends whose
// reference could not be resolved keep their share of the connections, which then fail: that is
// what Gateway API asks for.   Thread: the worker's.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>

#include "base/random.h"
#include "config/document.h"
#include "io/resolver.h"
#include "l4/upstream.h"

namespace tidegate::l4 {

// Picks by weight; `random` uniform over all 64-bit values. Null when every weight is 0.
const config::WeightedBackend* choose_weighted(std::span<const config::WeightedBackend> backends,
                                               std::uint64_t random);

class RouteEndpoints final : public StreamUpstream, public DatagramUpstream {
 public:
  // Tries of one connection, each at another endpoint.
  static constexpr std::size_t kMaxTries = 3;

  // Everything by reference must outlive this. Backends with TLS need another StreamUpstream: their
  // connections are refused here (kUnsupported) rather than sent in the clear.
  RouteEndpoints(async::Reactor& reactor, io::Resolver& resolver, Random& random,
                 std::shared_ptr<const config::L4Route> route);

  async::Task<Result<std::unique_ptr<io::Socket>>> connect(async::CancelScope& scope) override;
  async::Task<Result<io::Address>> choose(async::CancelScope& scope) override;

 private:
  struct Choice;
  async::Task<Result<Choice>> choose_all(async::CancelScope& scope);

  async::Reactor& reactor_;
  io::Resolver& resolver_;
  Random& random_;
  std::shared_ptr<const config::L4Route> route_;
  std::uint64_t turn_;  // where the next choice starts among a backend's endpoints
};

}  // namespace tidegate::l4
