#include "decode/backend_dns.h"

#include <algorithm>

#include "decode/parts.h"

namespace tidegate::decode {
namespace {

using resource::BackendDns;

bool is_port(std::string_view text) {
  return !text.empty() && text.size() <= 5 &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// "192.0.2.53", "192.0.2.53:5353", "2001:db8::53", "[2001:db8::53]:5353".
bool is_resolver(std::string_view text) {
  if (is_ip_address(text)) return true;
  const auto colon = text.rfind(':');
  if (colon == text.npos || !is_port(text.substr(colon + 1))) return false;
  std::string_view address = text.substr(0, colon);
  if (address.starts_with('[') && address.ends_with(']')) {
    address = address.substr(1, address.size() - 2);
    return address.contains(':') && is_ip_address(address);
  }
  return !address.contains(':') && is_ip_address(address);
}

}  // namespace

void read_backend_dns(const Node& node, BackendDns& out) {
  constexpr Choice<BackendDns::AddressFamily> kFamilies[] = {
      {"Any", BackendDns::AddressFamily::kAny},
      {"IPv4", BackendDns::AddressFamily::kIpv4},
      {"IPv6", BackendDns::AddressFamily::kIpv6},
  };
  constexpr Choice<BackendDns::AddressPolicy> kPolicies[] = {
      {"Public", BackendDns::AddressPolicy::kPublic},
      {"Any", BackendDns::AddressPolicy::kAny},
  };
  constexpr Text kResolver{.min = 1,
                           .max = 64,
                           .valid = is_resolver,
                           .must = "be an IP address, with a port or without"};
  ObjectReader object(node);
  object.object("reverseCheck", [&out](ObjectReader& check) {
    out.reverse_check = true;
    check.list("names", out.reverse_names, {.min = 1, .max = 16}, kWildcardHostname);
  });
  object.list("resolvers", out.resolvers, {.max = 8}, kResolver);
  object.optional("addressFamily", out.address_family, one_of(kFamilies));
  object.optional("addressPolicy", out.address_policy, one_of(kPolicies));
  object.optional("minTtl", out.min_ttl, read_duration);
  object.optional("maxTtl", out.max_ttl, read_duration);
  object.optional("staleFor", out.stale_for, read_duration);
  if (out.min_ttl && out.max_ttl && *out.min_ttl > *out.max_ttl) {
    object.fail("minTtl", "must not be longer than maxTtl");
  }
}

}  // namespace tidegate::decode
