#include "gatewayapi/policy/region_locks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gatewayapi/fixture/cluster.h"

namespace tidegate::gatewayapi {
namespace {

using namespace fixture;
using ::testing::HasSubstr;
using Names = std::vector<std::string>;

resource::PolicyTargetReference target(std::string kind, std::string name,
                                       std::optional<std::string> section = {}) {
  return {resource::kGatewayGroup, std::move(kind), std::move(name), std::move(section)};
}

resource::AccessPolicy lock(std::string_view name, resource::PolicyTargetReference ref,
                            Names allow) {
  resource::AccessPolicy policy;
  policy.meta = meta(name);
  policy.target_refs = {std::move(ref)};
  policy.regions.emplace().allow = std::move(allow);
  return policy;
}

// A Gateway with two listeners and a route with two rules, the second of which is called "eu".
Cluster make_cluster() {
  Cluster cluster;
  cluster.add(gateway("ai/gw", {listener("a", "HTTP", 80), listener("b", "HTTP", 81)}));
  auto route = http_route("ai/r", {parent("gw")}, {rule("/", {}), rule("/eu", {})});
  route.rules[1].name = "eu";
  cluster.add(route);
  return cluster;
}

const config::Listener& listener_of(const Compilation& result, std::string_view name) {
  return *find_config(result, "Gateway/ai/gw/" + std::string(name));
}
Names regions_of_rule(const Compilation& result, std::size_t rule) {
  const auto& regions = listener_of(result, "a").http_routes[0]->rules->at(rule).regions;
  return regions == nullptr ? Names{"any"} : *regions;
}
Names regions_of_listener(const Compilation& result, std::string_view name) {
  const auto& regions = listener_of(result, name).regions;
  return regions == nullptr ? Names{"any"} : *regions;
}
std::string status_of(const Compilation& result, std::string_view name) {
  for (const auto& status : result.statuses().access_policies) {
    if (status.meta->name == name) return describe(status.conditions);
  }
  return "none";
}

TEST(RegionLocks, NothingIsLockedWithoutAPolicy) {
  auto cluster = make_cluster();
  const Compilation& result = cluster.compile();
  EXPECT_EQ(regions_of_listener(result, "a"), Names{"any"});
  EXPECT_EQ(regions_of_rule(result, 0), Names{"any"});
}

TEST(RegionLocks, TheNarrowerTargetCounts) {
  auto cluster = make_cluster();
  cluster.add(lock("ai/all", target("Gateway", "gw"), {"us", "eu"}));
  cluster.add(lock("ai/b", target("Gateway", "gw", "b"), {"us"}));
  cluster.add(lock("ai/route", target("HTTPRoute", "r"), {"asia"}));
  cluster.add(lock("ai/rule", target("HTTPRoute", "r", "eu"), {"eu"}));

  const Compilation& result = cluster.compile();

  EXPECT_EQ(regions_of_listener(result, "a"), (Names{"us", "eu"}));
  EXPECT_EQ(regions_of_listener(result, "b"), Names{"us"});
  EXPECT_EQ(regions_of_rule(result, 0), Names{"asia"});
  EXPECT_EQ(regions_of_rule(result, 1), Names{"eu"});
  for (const char* name : {"all", "b", "route", "rule"}) {
    EXPECT_EQ(status_of(result, name), "Accepted=True/Accepted") << name;
  }
}

TEST(RegionLocks, OfTwoForOneTargetTheOldestCountsAndTheOtherIsTold) {
  auto cluster = make_cluster();
  cluster.add(aged(lock("ai/young", target("Gateway", "gw"), {"us"}), 20));
  cluster.add(aged(lock("ai/old", target("Gateway", "gw"), {"eu"}), 10));

  const Compilation& result = cluster.compile();

  EXPECT_EQ(regions_of_listener(result, "a"), Names{"eu"});
  EXPECT_EQ(status_of(result, "old"), "Accepted=True/Accepted");
  EXPECT_EQ(status_of(result, "young"), "Accepted=False/Conflicted");
}

TEST(RegionLocks, TellWhatTheyCannotFindOrTarget) {
  auto cluster = make_cluster();
  cluster.add(lock("ai/route", target("HTTPRoute", "gone"), {"eu"}));
  cluster.add(lock("ai/rule", target("HTTPRoute", "r", "gone"), {"eu"}));
  cluster.add(lock("ai/listener", target("Gateway", "gw", "gone"), {"eu"}));
  cluster.add(lock("ai/kind", {"", "Service", "s", std::nullopt}, {"eu"}));
  cluster.add(lock("other/ns", target("HTTPRoute", "r"), {"eu"}));

  const Compilation& result = cluster.compile();

  for (const char* name : {"route", "rule", "listener", "ns"}) {
    EXPECT_EQ(status_of(result, name), "Accepted=False/TargetNotFound") << name;
  }
  EXPECT_EQ(status_of(result, "kind"), "Accepted=False/Invalid");
  EXPECT_EQ(regions_of_rule(result, 0), Names{"any"});  // a policy reaches its own namespace only
}

TEST(RegionLocks, AreFollowedInTheNextCompile) {
  auto cluster = make_cluster();
  cluster.compile();
  cluster.add(lock("ai/route", target("HTTPRoute", "r"), {"eu"}));
  EXPECT_EQ(regions_of_rule(cluster.compile(), 0), Names{"eu"});
  cluster.add(lock("ai/route", target("HTTPRoute", "r"), {}));
  EXPECT_EQ(regions_of_rule(cluster.compile(), 0), Names{});
  cluster.set.access_policies.clear();
  EXPECT_EQ(regions_of_rule(cluster.compile(), 0), Names{"any"});
}

}  // namespace
}  // namespace tidegate::gatewayapi
