// DNS by c-ares on the reactor: names to addresses, cached per worker.
//
// One question is asked at a time per name, whoever waits for it. Answers live as long as their TTL
// says, within bounds; a name that does not exist is remembered shortly; when servers fail, the
// last good answer goes on serving for a while. /etc/hosts is honoured, search domains are not:
// names are fully qualified.   Thread: the reactor's.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "async/cancel.h"
#include "async/reactor.h"
#include "async/task.h"
#include "base/error.h"
#include "io/address.h"

namespace tidegate::io {

// Which family stands first in an answer; within a family the server's order is kept.
enum class FamilyOrder : std::uint8_t { kIpv4First, kIpv6First, kIpv4Only, kIpv6Only };

// Whether a name (lower case) is loopback by definition (RFC 6761 6.3).
bool is_localhost(std::string_view name);

struct ResolverOptions {
  std::string servers;  // "192.0.2.1:53,192.0.2.2"; empty: as /etc/resolv.conf says
  FamilyOrder order = FamilyOrder::kIpv4First;
  std::chrono::milliseconds min_ttl{1'000};
  std::chrono::milliseconds max_ttl{300'000};
  std::chrono::milliseconds negative_ttl{5'000};   // "no such name"
  std::chrono::milliseconds error_ttl{1'000};      // servers failed: when to ask again
  std::chrono::milliseconds stale_for{3'600'000};  // how long past its TTL an answer may serve
  std::chrono::milliseconds query_timeout{2'000};  // per server and try
  int tries = 2;
  std::size_t max_names = 4096;  // cached; beyond, what has expired goes first
};

class Resolver {
 public:
  // Errors: kInvalidConfig when `servers` is unreadable or the library cannot start.
  static Result<std::unique_ptr<Resolver>> make(async::Reactor& reactor, ResolverOptions options);
  // Ends every wait with kCancelled; whoever waited must have ended before the reactor goes.
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  // At least one address, with `port`. IP literals and localhost need no question.
  // Errors: kDnsFailure, kTimeout, kCancelled; origin upstream, retry safe.
  async::Task<Result<std::vector<Address>>> resolve(std::string name, std::uint16_t port,
                                                    async::CancelScope& scope,
                                                    std::chrono::milliseconds timeout);

  // The names of an address, lower case (RFC 1035 3.5): at least one. Cached like the other
  // answers. Errors: as resolve().
  async::Task<Result<std::vector<std::string>>> find_names(Address address,
                                                           async::CancelScope& scope,
                                                           std::chrono::milliseconds timeout);

 private:
  class Channel;
  explicit Resolver(std::unique_ptr<Channel> channel);
  std::unique_ptr<Channel> channel_;
};

}  // namespace tidegate::io
