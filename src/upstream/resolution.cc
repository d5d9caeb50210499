#include "upstream/resolution.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "io/address_policy.h"

namespace tidegate::upstream {
namespace {

io::FamilyOrder order_of(config::AddressFamily family) {
  switch (family) {
    case config::AddressFamily::kAny:
      return io::FamilyOrder::kIpv4First;
    case config::AddressFamily::kIpv4:
      return io::FamilyOrder::kIpv4Only;
    case config::AddressFamily::kIpv6:
      return io::FamilyOrder::kIpv6Only;
  }
  return io::FamilyOrder::kIpv4First;
}

// Whether `pattern`, a name or "*." before one, takes `name`.
bool takes(std::string_view pattern, std::string_view name) {
  if (!pattern.starts_with("*.")) return pattern == name;
  const std::string_view below = pattern.substr(1);
  return name.size() > below.size() && name.ends_with(below);
}

// What else than a wanted name was found for an address; empty: it is one and leads back.
async::Task<Result<std::string>> find_foreign_name(io::Resolver& resolver,
                                                   const std::vector<std::string>& wanted,
                                                   std::string_view hostname, io::Address address,
                                                   async::CancelScope& scope,
                                                   std::chrono::milliseconds timeout) {
  auto names = co_await resolver.find_names(address, scope, timeout);
  if (!names && names.error().code != ErrorCode::kDnsFailure) {
    co_return std::unexpected(std::move(names).error());
  }
  if (!names) co_return std::string("no name");
  for (const std::string& name : *names) {
    const bool fits = std::ranges::any_of(
        wanted, [&name](const std::string& pattern) { return takes(pattern, name); });
    if (!fits) continue;
    if (name == hostname) co_return std::string();  // that is where the address is from
    auto back = co_await resolver.resolve(name, address.port(), scope, timeout);
    if (back && std::ranges::find(*back, address) != back->end()) co_return std::string();
  }
  co_return names->front();
}

}  // namespace

bool resolves_alike(const config::Dns& a, const config::Dns& b) {
  return a.servers == b.servers && a.family == b.family && a.min_ttl == b.min_ttl &&
         a.max_ttl == b.max_ttl && a.stale_for == b.stale_for;
}

bool has_own_resolver(const config::Dns& dns) { return !resolves_alike(dns, config::Dns()); }

Result<std::shared_ptr<io::Resolver>> make_resolver(async::Reactor& reactor,
                                                    const config::Dns& dns) {
  if (!has_own_resolver(dns)) return nullptr;
  io::ResolverOptions options;
  options.servers = dns.servers;
  options.order = order_of(dns.family);
  options.min_ttl = dns.min_ttl;
  options.max_ttl = dns.max_ttl;
  options.stale_for = dns.stale_for;
  TIDEGATE_TRY(made, io::Resolver::make(reactor, std::move(options)));
  return std::shared_ptr<io::Resolver>(std::move(made));
}

Result<void> keep_allowed(const config::Dns& dns, std::string_view hostname,
                          std::vector<io::Address>& addresses) {
  if (dns.address_policy == config::AddressPolicy::kAny || io::is_localhost(hostname)) return {};
  std::string refused;
  std::erase_if(addresses, [&refused](const io::Address& address) {
    const auto range = io::find_special_range(address);
    if (range && refused.empty()) refused = fmt::format("{} ({})", address.ip(), *range);
    return range.has_value();
  });
  if (!addresses.empty()) return {};
  return fail(ErrorCode::kDnsFailure, Origin::kUpstream,
              fmt::format("{} leads to {}, which addressPolicy Public refuses", hostname, refused));
}

async::Task<Result<void>> keep_reverse_mapped(io::Resolver& resolver, config::Dns dns,
                                              std::string hostname,
                                              std::vector<io::Address>& addresses,
                                              async::CancelScope& scope,
                                              std::chrono::milliseconds timeout) {
  if (io::is_localhost(hostname)) co_return Result<void>();
  std::vector<io::Address> kept;
  std::string refused;
  for (const io::Address& address : addresses) {
    TIDEGATE_CO_TRY(
        foreign, find_foreign_name(resolver, dns.reverse_names, hostname, address, scope, timeout));
    if (foreign.empty()) {
      kept.push_back(address);
    } else if (refused.empty()) {
      refused = fmt::format("{} ({})", address.ip(), foreign);
    }
  }
  addresses = std::move(kept);
  if (!addresses.empty()) co_return Result<void>();
  co_return fail(ErrorCode::kDnsFailure, Origin::kUpstream,
                 fmt::format("{} leads to {}, which reverseCheck refuses", hostname, refused),
                 Retry::kSafe);
}

}  // namespace tidegate::upstream
