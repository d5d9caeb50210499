#include "io/address_policy.h"

#include <array>
#include <cstdint>
#include <cstring>

namespace tidegate::io {
namespace {

struct Ipv4Range {
  std::uint32_t network;
  int bits;
  std::string_view name;
};

constexpr std::uint32_t ipv4(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  return a << 24 | b << 16 | c << 8 | d;
}

constexpr Ipv4Range kIpv4Ranges[] = {
    {ipv4(0, 0, 0, 0), 8, "this network"},
    {ipv4(10, 0, 0, 0), 8, "private"},
    {ipv4(100, 64, 0, 0), 10, "shared by carriers"},
    {ipv4(127, 0, 0, 0), 8, "loopback"},
    {ipv4(168, 63, 129, 16), 32, "cloud platform"},
    {ipv4(169, 254, 0, 0), 16, "link-local"},
    {ipv4(172, 16, 0, 0), 12, "private"},
    {ipv4(192, 0, 0, 0), 24, "protocol assignments"},
    {ipv4(192, 0, 2, 0), 24, "documentation"},
    {ipv4(192, 88, 99, 0), 24, "6to4 relay"},
    {ipv4(192, 168, 0, 0), 16, "private"},
    {ipv4(198, 18, 0, 0), 15, "benchmarking"},
    {ipv4(198, 51, 100, 0), 24, "documentation"},
    {ipv4(203, 0, 113, 0), 24, "documentation"},
    {ipv4(224, 0, 0, 0), 4, "multicast"},
    {ipv4(240, 0, 0, 0), 4, "reserved"},
};

struct Ipv6Range {
  std::array<std::uint8_t, 16> network;
  int bits;
  std::string_view name;
};

constexpr Ipv6Range kIpv6Ranges[] = {
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128, "loopback"},
    {{}, 96, "IPv4-compatible"},  // the unspecified address too
    {{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01}, 48, "local NAT64"},
    {{0x01, 0x00}, 64, "discard"},
    {{0x20, 0x01, 0x00, 0x00}, 23, "protocol assignments"},  // Teredo too
    {{0x20, 0x01, 0x0d, 0xb8}, 32, "documentation"},
    {{0x3f, 0xff}, 20, "documentation"},
    {{0x5f, 0x00}, 16, "segment routing"},
    {{0xfc, 0x00}, 7, "unique local"},
    {{0xfe, 0x80}, 10, "link-local"},
    {{0xfe, 0xc0}, 10, "site-local"},
    {{0xff, 0x00}, 8, "multicast"},
};

// Where an IPv4 address stands in an IPv6 one.
struct Carrier {
  std::array<std::uint8_t, 16> network;
  int bits;
  std::size_t at;
};

constexpr Carrier kCarriers[] = {
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96, 12},  // mapped
    {{0x00, 0x64, 0xff, 0x9b}, 96, 12},                    // NAT64
    {{0x20, 0x02}, 16, 2},                                 // 6to4
};

bool is_within(const std::uint8_t* address, const std::array<std::uint8_t, 16>& network, int bits) {
  const auto whole = static_cast<std::size_t>(bits / 8);
  if (std::memcmp(address, network.data(), whole) != 0) return false;
  const int rest = bits % 8;
  return rest == 0 || ((address[whole] ^ network[whole]) >> (8 - rest)) == 0;
}

std::optional<std::string_view> find_ipv4_range(std::uint32_t address) {
  for (const Ipv4Range& range : kIpv4Ranges) {
    const std::uint32_t mask = range.bits == 32 ? ~0U : ~(~0U >> range.bits);
    if ((address & mask) == range.network) return range.name;
  }
  return std::nullopt;
}

std::optional<std::string_view> find_ipv6_range(const std::uint8_t* address) {
  for (const Carrier& carrier : kCarriers) {
    if (!is_within(address, carrier.network, carrier.bits)) continue;
    const std::uint8_t* inner = address + carrier.at;
    return find_ipv4_range(ipv4(inner[0], inner[1], inner[2], inner[3]));
  }
  for (const Ipv6Range& range : kIpv6Ranges) {
    if (is_within(address, range.network, range.bits)) return range.name;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string_view> find_special_range(const Address& address) {
  if (address.family() == AF_INET) {
    sockaddr_in plain;
    std::memcpy(&plain, address.data(), sizeof plain);
    return find_ipv4_range(ntohl(plain.sin_addr.s_addr));
  }
  if (address.family() == AF_INET6) {
    sockaddr_in6 plain;
    std::memcpy(&plain, address.data(), sizeof plain);
    return find_ipv6_range(plain.sin6_addr.s6_addr);
  }
  return "unknown family";
}

}  // namespace tidegate::io
