// How a backend's name becomes addresses it may be reached at.   Thread: the worker's.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "async/cancel.h"
#include "async/reactor.h"
#include "async/task.h"
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

// Leaves out the addresses whose names, by reverse mapping, are none that `dns` wants, or do not
// lead back to the address: whoever owns it may claim any name. Names that are loopback by
// definition are not asked about.   REQUIRES: `addresses` and `resolver` outlive the task. Errors:
// kDnsFailure, origin upstream, when none is left; kTimeout; kCancelled.
async::Task<Result<void>> keep_reverse_mapped(io::Resolver& resolver, config::Dns dns,
                                              std::string hostname,
                                              std::vector<io::Address>& addresses,
                                              async::CancelScope& scope,
                                              std::chrono::milliseconds timeout);

}  // namespace tidegate::upstream
