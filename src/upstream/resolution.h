// How a backend's name becomes addresses it may be reached at.   Thread: the worker's.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "async/reactor.h"
#include "base/error.h"
#include "config/dns.h"
#include "io/address.h"
#include "io/resolver.h"

namespace tidegate::upstream {

// Whether a backend wants other name servers or bounds than the worker's resolver has.
bool has_own_resolver(const config::Dns& dns);
// Whether one resolver does for both.
bool resolves_alike(const config::Dns& a, const config::Dns& b);
// A resolver as `dns` says; null where the worker's does.
// Errors: kInvalidConfig for unusable name servers.
Result<std::shared_ptr<io::Resolver>> make_resolver(async::Reactor& reactor,
                                                    const config::Dns& dns);

// Leaves out the addresses that the policy refuses. `localhost` and names below it are loopback by
// definition (RFC 6761 6.3): who writes them means it.
// Errors: kDnsFailure, origin upstream, when none is left; says what the name leads to.
Result<void> keep_allowed(const config::Dns& dns, std::string_view hostname,
                          std::vector<io::Address>& addresses);

}  // namespace tidegate::upstream
