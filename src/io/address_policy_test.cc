#include "io/address_policy.h"

#include <gtest/gtest.h>

#include <string_view>

namespace tidegate::io {
namespace {

struct Case {
  std::string_view address;
  std::string_view range;  // empty: public
};

std::string_view range_of(std::string_view address) {
  return find_special_range(*Address::parse(address, 443)).value_or("");
}

TEST(AddressPolicy, TellsSpecialRangesFromPublicAddresses) {
  constexpr Case kCases[] = {
      {"8.8.8.8", ""},
      {"9.255.255.255", ""},
      {"10.0.0.0", "private"},
      {"10.255.255.255", "private"},
      {"11.0.0.0", ""},
      {"0.0.0.0", "this network"},
      {"100.63.255.255", ""},
      {"100.64.0.0", "shared by carriers"},
      {"100.100.100.200", "shared by carriers"},
      {"100.128.0.0", ""},
      {"127.0.0.1", "loopback"},
      {"127.255.255.255", "loopback"},
      {"168.63.129.16", "cloud platform"},
      {"168.63.129.17", ""},
      {"169.254.169.254", "link-local"},
      {"172.15.255.255", ""},
      {"172.16.0.0", "private"},
      {"172.31.255.255", "private"},
      {"172.32.0.0", ""},
      {"192.0.2.1", "documentation"},
      {"192.168.255.255", "private"},
      {"192.169.0.0", ""},
      {"198.19.255.255", "benchmarking"},
      {"224.0.0.1", "multicast"},
      {"255.255.255.255", "reserved"},
      {"2606:4700::1111", ""},
      {"::", "IPv4-compatible"},
      {"::1", "loopback"},
      {"::10.0.0.1", "IPv4-compatible"},
      {"::ffff:169.254.169.254", "link-local"},
      {"::ffff:8.8.8.8", ""},
      {"64:ff9b::10.0.0.1", "private"},
      {"64:ff9b::8.8.8.8", ""},
      {"64:ff9b:1::8.8.8.8", "local NAT64"},
      {"2001::1", "protocol assignments"},
      {"2001:db8::1", "documentation"},
      {"2002:7f00:1::", "loopback"},
      {"2002:808:808::", ""},
      {"fd00:ec2::254", "unique local"},
      {"fe80::1", "link-local"},
      {"febf::1", "link-local"},
      {"ff02::1", "multicast"},
  };
  for (const Case& one : kCases) EXPECT_EQ(range_of(one.address), one.range) << one.address;
}

}  // namespace
}  // namespace tidegate::io
