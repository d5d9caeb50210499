#include "upstream/resolution.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <vector>

namespace tidegate::upstream {
namespace {

using ::testing::HasSubstr;

std::vector<io::Address> addresses(std::initializer_list<const char*> literals) {
  std::vector<io::Address> all;
  for (const char* literal : literals) all.push_back(*io::Address::parse(literal, 443));
  return all;
}

TEST(Resolution, LeavesOutAddressesOfTheOwnNetworkWhereOnlyPublicOnesAreWanted) {
  auto found = addresses({"10.0.0.1", "8.8.8.8", "fd00::1"});

  const auto kept = keep_allowed(config::Dns(), "api.example.com", found);

  ASSERT_TRUE(kept.has_value());
  EXPECT_EQ(found, addresses({"8.8.8.8"}));
}

TEST(Resolution, NamesWhatANameLeadsToWhenNothingIsLeft) {
  auto found = addresses({"169.254.169.254"});

  const auto kept = keep_allowed(config::Dns(), "api.example.com", found);

  ASSERT_FALSE(kept.has_value());
  EXPECT_EQ(kept.error().code, ErrorCode::kDnsFailure);
  EXPECT_EQ(kept.error().origin, Origin::kUpstream);
  EXPECT_THAT(kept.error().detail,
              HasSubstr("api.example.com leads to 169.254.169.254 (link-local)"));
}

TEST(Resolution, KeepsAllAddressesWhereAnyIsWantedOrTheNameIsLocalhost) {
  config::Dns any;
  any.address_policy = config::AddressPolicy::kAny;
  auto found = addresses({"10.0.0.1", "127.0.0.1"});

  EXPECT_TRUE(keep_allowed(any, "db.corp.example", found).has_value());
  EXPECT_TRUE(keep_allowed(config::Dns(), "localhost", found).has_value());
  EXPECT_TRUE(keep_allowed(config::Dns(), "models.localhost", found).has_value());

  EXPECT_EQ(found.size(), 2U);
}

TEST(Resolution, TakesTheWorkersResolverUnlessTheBackendWantsAnother) {
  config::Dns policy_only;
  policy_only.address_policy = config::AddressPolicy::kAny;
  config::Dns servers;
  servers.servers = "192.0.2.53";

  EXPECT_FALSE(has_own_resolver(config::Dns()));
  EXPECT_FALSE(has_own_resolver(policy_only));
  EXPECT_TRUE(has_own_resolver(servers));
}

}  // namespace
}  // namespace tidegate::upstream
