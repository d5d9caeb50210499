#include "upstream/resolution.h"

#include <fmt/format.h>

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

}  // namespace tidegate::upstream
