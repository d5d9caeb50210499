// Backend spec.dns: how an Fqdn becomes addresses.
//
//   dns:
//     resolvers: [192.0.2.53, "[2001:db8::53]:5353"]
//     addressFamily: IPv4                  Any | IPv4 | IPv6
//     addressPolicy: Public                Public | Any
//     minTtl: 1s
//     maxTtl: 5m
//     reverseCheck: {names: ["*.example.com"]}
//     staleFor: 1h
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tidegate::resource {

struct BackendDns {
  enum class AddressFamily : std::uint8_t { kAny, kIpv4, kIpv6 };
  enum class AddressPolicy : std::uint8_t { kPublic, kAny };
  std::vector<std::string> resolvers;  // IP literals, with a port or without; empty: the system's
  AddressFamily address_family = AddressFamily::kAny;
  AddressPolicy address_policy = AddressPolicy::kPublic;
  bool reverse_check = false;
  std::vector<std::string> reverse_names;  // of the check; empty: the hostname
  std::optional<std::chrono::milliseconds> min_ttl;
  std::optional<std::chrono::milliseconds> max_ttl;
  std::optional<std::chrono::milliseconds> stale_for;
};

}  // namespace tidegate::resource
