// How the name of a destination becomes addresses.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace tidegate::config {

// Which addresses a name may lead to.
enum class AddressPolicy : std::uint8_t {
  kPublic,  // none of the special-purpose ranges (io/address_policy.h): no way into the own network
  kAny,
};

enum class AddressFamily : std::uint8_t { kAny, kIpv4, kIpv6 };

struct Dns {
  std::string servers;  // "192.0.2.1:53,192.0.2.2"; empty: the system's
  AddressFamily family = AddressFamily::kAny;
  std::chrono::milliseconds min_ttl{1'000};
  std::chrono::milliseconds max_ttl{300'000};
  std::chrono::milliseconds stale_for{3'600'000};  // past its TTL, while servers fail
  AddressPolicy address_policy = AddressPolicy::kPublic;
  // Which names an address must have by reverse mapping, "*.example.com" is any depth below; empty:
  // nobody asks.
  std::vector<std::string> reverse_names;
  friend bool operator==(const Dns&, const Dns&) = default;
};

}  // namespace tidegate::config
