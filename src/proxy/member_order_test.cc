#include "proxy/member_order.h"

#include <gtest/gtest.h>

#include <map>

namespace tidegate::proxy {
namespace {

using namespace std::chrono_literals;

struct Fixture {
  config::GroupMember& add(const std::string& name, std::uint32_t priority = 0,
                           std::uint32_t weight = 1) {
    auto backend = std::make_shared<config::Backend>();
    backend->id = name;
    config::GroupMember& member = group.members.emplace_back();
    member.backend = backend;
    member.priority = priority;
    member.weight = weight;
    backends.push_back(backend);
    return member;
  }
  MemberOrder::Request request() const { return {.model = "m", .fields = fields}; }
  // The names in the order in which they are tried.
  std::string order(const MemberOrder::Request& wanted) {
    MemberOrder made(group, wanted);
    std::string text;
    while (const auto* member = made.next(load_of, random)) {
      if (!text.empty()) text += " ";
      text += member->backend->id;
    }
    return text;
  }
  std::string first() {
    MemberOrder made(group, request());
    const auto* member = made.next(load_of, random);
    return member == nullptr ? "none" : member->backend->id;
  }
  std::map<std::string, int> first_of(int times) {
    std::map<std::string, int> counts;
    for (int i = 0; i < times; ++i) ++counts[first()];
    return counts;
  }

  Arena arena;
  http::HeaderMap fields{arena};
  config::Group group;
  std::vector<std::shared_ptr<config::Backend>> backends;
  std::map<std::string, MemberLoad> loads;
  LoadOf load_of = [this](const config::GroupMember& member) { return loads[member.backend->id]; };
  Random random{3};
};

TEST(MemberOrder, GoesByPriorityAndTriesEachOnce) {
  Fixture f;
  f.add("a", 0);
  f.add("b", 1);
  f.add("c", 2);
  EXPECT_EQ(f.order(f.request()), "a b c");
}

TEST(MemberOrder, PassesOverWhatIsNotAvailable) {
  Fixture f;
  f.add("a", 0);
  f.add("b", 0);
  f.add("c", 1);
  f.loads["a"].available = false;
  EXPECT_EQ(f.order(f.request()), "b c");
  f.loads["b"].available = f.loads["c"].available = false;
  MemberOrder order(f.group, f.request());
  EXPECT_FALSE(order.has_more(f.load_of));
  EXPECT_EQ(order.next(f.load_of, f.random), nullptr);
  EXPECT_FALSE(order.all_locked_out());
}

TEST(MemberOrder, WeightsShareWithinAPriority) {
  Fixture f;
  f.add("often", 0, 3);
  f.add("seldom", 0, 1);
  f.add("reserve", 0, 0);
  f.add("later", 1, 100);
  const auto counts = f.first_of(400);
  EXPECT_EQ(counts.size(), 2U);
  EXPECT_NEAR(counts.at("often"), 300, 40);
  f.loads["often"].available = f.loads["seldom"].available = false;
  EXPECT_EQ(f.first(), "reserve");
}

TEST(MemberOrder, LeastBusyCountsRequestsPerWeight) {
  Fixture f;
  f.group.balance = config::Balance::kLeastBusy;
  f.add("a", 0, 4);
  f.add("b", 0, 1);
  f.loads["a"].active_requests = 3;
  f.loads["b"].active_requests = 1;
  EXPECT_EQ(f.first(), "a");
  f.loads["b"].active_requests = 0;
  EXPECT_EQ(f.first(), "b");
}

TEST(MemberOrder, LowestLatencyTriesTheUnknownFirstAndMindsTheQueue) {
  Fixture f;
  f.group.balance = config::Balance::kLowestLatency;
  f.add("fast");
  f.add("slow");
  f.loads["slow"].latency = 20ms;
  EXPECT_EQ(f.first(), "fast");
  f.loads["fast"].latency = 5ms;
  EXPECT_EQ(f.first(), "fast");
  f.loads["fast"].active_requests = 9;
  EXPECT_EQ(f.first(), "slow");
}

TEST(MemberOrder, LowestCostTakesThePriceAndTheUnknownLast) {
  Fixture f;
  f.group.balance = config::Balance::kLowestCost;
  f.add("dear");
  f.add("cheap");
  f.add("unknown");
  f.loads["dear"].price = 30;
  f.loads["cheap"].price = 20;
  EXPECT_EQ(f.order(f.request()), "cheap dear unknown");
}

TEST(MemberOrder, ConditionsMustHold) {
  Fixture f;
  f.add("by-model").condition.models = {"other"};
  f.add("by-header").condition.headers = {{"x-tier", "gold"}};
  f.add("any");
  EXPECT_EQ(f.order(f.request()), "any");
  f.fields.add("X-Tier", "gold");
  const std::string order = f.order(f.request());
  EXPECT_TRUE(order == "by-header any" || order == "any by-header") << order;
}

TEST(MemberOrder, AModelGoesToThoseThatListItOrToAllIfNobodyDoes) {
  Fixture f;
  f.add("has-it");
  f.add("has-another");
  f.backends[0]->ai.emplace().models = {{"m", "x"}};
  f.backends[1]->ai.emplace().models = {{"n", "x"}};
  EXPECT_EQ(f.order(f.request()), "has-it");
  f.backends[0]->ai->models[0].name = "k";
  EXPECT_EQ(f.order(f.request()).size(), std::string("has-it has-another").size());
}

TEST(MemberOrder, RegionsLockOutOtherAndUnknownOnes) {
  Fixture f;
  f.add("us").region = "us";
  f.add("eu", 1).region = "eu";
  f.add("nowhere", 2);
  const std::vector<std::string> eu = {"eu"};
  auto locked = f.request();
  locked.regions = &eu;
  EXPECT_EQ(f.order(locked), "eu");
  const std::vector<std::string> asia = {"asia"};
  locked.regions = &asia;
  MemberOrder nobody(f.group, locked);
  EXPECT_EQ(nobody.next(f.load_of, f.random), nullptr);
  EXPECT_TRUE(nobody.all_locked_out());
}

TEST(MemberOrder, APinnedMemberIsTheOnlyOneAndAPreferredTheFirst) {
  Fixture f;
  f.add("a", 0);
  f.add("b", 1);
  auto wanted = f.request();
  wanted.preferred = MemberOrder::hash("b");
  EXPECT_EQ(f.order(wanted), "b a");
  f.loads["b"].available = false;
  EXPECT_EQ(f.order(wanted), "a");
  f.loads["b"].available = true;
  wanted.pinned = MemberOrder::hash("b");
  EXPECT_EQ(f.order(wanted), "b");
}

}  // namespace
}  // namespace tidegate::proxy
