#include "gatewayapi/backend/dns.h"

#include <algorithm>
#include <string>

namespace tidegate::gatewayapi {
namespace {

config::AddressFamily family_of(resource::BackendDns::AddressFamily family) {
  switch (family) {
    case resource::BackendDns::AddressFamily::kAny:
      return config::AddressFamily::kAny;
    case resource::BackendDns::AddressFamily::kIpv4:
      return config::AddressFamily::kIpv4;
    case resource::BackendDns::AddressFamily::kIpv6:
      return config::AddressFamily::kIpv6;
  }
  return config::AddressFamily::kAny;
}

}  // namespace

config::Dns make_dns(const resource::BackendDns& dns, std::string_view hostname) {
  config::Dns made;
  for (const std::string& resolver : dns.resolvers) {
    if (!made.servers.empty()) made.servers += ',';
    made.servers += resolver;
  }
  made.family = family_of(dns.address_family);
  made.min_ttl = dns.min_ttl.value_or(made.min_ttl);
  made.max_ttl = dns.max_ttl.value_or(std::max(made.max_ttl, made.min_ttl));
  made.min_ttl = std::min(made.min_ttl, made.max_ttl);
  made.stale_for = dns.stale_for.value_or(made.stale_for);
  made.address_policy = dns.address_policy == resource::BackendDns::AddressPolicy::kAny
                            ? config::AddressPolicy::kAny
                            : config::AddressPolicy::kPublic;
  if (dns.reverse_check) made.reverse_names = dns.reverse_names;
  if (dns.reverse_check && made.reverse_names.empty()) made.reverse_names.emplace_back(hostname);
  return made;
}

}  // namespace tidegate::gatewayapi
