// Groups of Backends: what the data plane gets, what their status says, and what follows a member.
#include "gatewayapi/backend/group.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gatewayapi/fixture/cluster.h"

namespace tidegate::gatewayapi {
namespace {

using namespace fixture;
using ::testing::HasSubstr;

constexpr char kGood[] = "Accepted=True/Accepted ResolvedRefs=True/ResolvedRefs";

resource::Backend provider(std::string_view name, std::string region, std::string model = "m") {
  resource::Backend object;
  object.meta = meta(name);
  object.destination = resource::FqdnDestination{"api.example.com"};
  object.region = std::move(region);
  object.ai.emplace();
  object.ai->provider = "OpenAI";
  object.ai->models = {{std::move(model), "upstream"}};
  return object;
}

resource::GroupMember member(std::string_view name, std::uint32_t priority = 0) {
  resource::GroupMember made;
  made.ref = backend_ref(name);
  made.priority = priority;
  return made;
}

resource::Backend group(std::string_view name, std::vector<resource::GroupMember> members) {
  resource::Backend object;
  object.meta = meta(name);
  resource::GroupDestination destination;
  destination.members = std::move(members);
  object.destination = std::move(destination);
  return object;
}

Cluster with_group(resource::Backend object) {
  Cluster cluster;
  cluster.add(gateway("ai/gw", {listener("http", "HTTP", 80)}));
  cluster.add(http_route("ai/r", {parent("gw")}, {rule("/", {to(backend_ref(object.meta.name))})}));
  cluster.add(std::move(object));
  return cluster;
}

const config::WeightedBackend& choice(const Compilation& result) {
  return find_config(result, "Gateway/ai/gw/http")->http_routes[0]->rules->at(0).backends.at(0);
}

const BackendStatus& status_of(const Compilation& result, std::string_view name) {
  for (const BackendStatus& status : result.statuses().backends) {
    if (status.meta->name == name) return status;
  }
  throw std::runtime_error("no such status");
}

std::string conditions_of(const Compilation& result, std::string_view name) {
  return describe(status_of(result, name).conditions);
}

std::vector<std::string> ids_of(const config::Group& group) {
  std::vector<std::string> ids;
  for (const auto& one : group.members) ids.push_back(one.backend->id);
  return ids;
}

TEST(BackendGroups, HaveTheirMembersByPriorityAndInTheDocument) {
  auto late = member("late", 5);
  late.models = {"gpt-4o"};
  late.headers = {{"X-Tier", "gold"}};
  auto cluster = with_group(group("ai/chat", {late, member("first"), member("second")}));
  cluster.add(provider("ai/first", "us", "a"));
  cluster.add(provider("ai/second", "", "b"));
  cluster.add(provider("ai/late", "eu", "a"));

  const Compilation& result = cluster.compile();

  EXPECT_EQ(conditions_of(result, "chat"), kGood);
  EXPECT_EQ(route_conditions(result, "ai/r"), kGood);
  const config::Backend& made = *choice(result).backend;
  EXPECT_EQ(made.id, "Backend/ai/chat");
  ASSERT_NE(made.group, nullptr);
  EXPECT_EQ(ids_of(*made.group),
            (std::vector<std::string>{"Backend/ai/first:443", "Backend/ai/second:443",
                                      "Backend/ai/late:443"}));
  EXPECT_EQ(made.group->members[0].region, "us");
  EXPECT_EQ(made.group->members[1].region, "");
  EXPECT_EQ(made.group->members[2].condition,
            (config::MemberCondition{{"gpt-4o"}, {{"x-tier", "gold"}}}));
  EXPECT_EQ(made.group->members[0].backend->ai->models[0].upstream_name, "upstream");
  EXPECT_EQ(made.ai->models, (std::vector<config::Model>{{"a", ""}, {"b", ""}}));
  EXPECT_EQ(result.document->backends.size(), 4U);
}

TEST(BackendGroups, AMemberThatIsAGroupIsRefusedAndSoIsACycle) {
  auto cluster = with_group(group("ai/chat", {member("chat"), member("real")}));
  cluster.add(provider("ai/real", ""));

  const Compilation& result = cluster.compile();

  EXPECT_EQ(conditions_of(result, "chat"), "Accepted=False/Invalid ResolvedRefs=True/ResolvedRefs");
  EXPECT_THAT(find_condition(status_of(result, "chat").conditions, "Accepted")->message,
              HasSubstr("members[0]: chat is a group; groups do not nest"));
  EXPECT_EQ(choice(result).backend, nullptr);
  EXPECT_EQ(choice(result).error_status, 500);
}

TEST(BackendGroups, AnotherNamespaceNeedsAGrant) {
  auto elsewhere = member("far");
  elsewhere.ref.namespace_ = "other";
  auto cluster = with_group(group("ai/chat", {elsewhere, member("near")}));
  cluster.add(provider("ai/near", ""));
  cluster.add(provider("other/far", ""));

  EXPECT_EQ(conditions_of(cluster.compile(), "chat"),
            "Accepted=True/Accepted ResolvedRefs=False/RefNotPermitted");
  EXPECT_EQ(ids_of(*choice(cluster.compile()).backend->group),
            std::vector<std::string>{"Backend/ai/near:443"});

  auto allowed = grant("other/g", "Backend", "ai", "tidegate.dev", "Backend");
  allowed.from[0].group = "tidegate.dev";
  cluster.add(allowed);

  EXPECT_EQ(conditions_of(cluster.compile(), "chat"), kGood);
  EXPECT_EQ(choice(cluster.compile()).backend->group->members.size(), 2U);
}

TEST(BackendGroups, RegionsMustNotContradict) {
  auto wrong = member("eu");
  wrong.region = "us";
  auto cluster = with_group(group("ai/chat", {wrong}));
  cluster.add(provider("ai/eu", "eu"));

  EXPECT_EQ(conditions_of(cluster.compile(), "chat"),
            "Accepted=False/Invalid ResolvedRefs=True/ResolvedRefs");
}

TEST(BackendGroups, FollowTheirMembersInTheNextCompile) {
  auto cluster = with_group(group("ai/chat", {member("a"), member("b")}));
  cluster.add(provider("ai/a", "us"));
  const auto before = choice(cluster.compile()).backend;
  EXPECT_EQ(conditions_of(cluster.compile(), "chat"),
            "Accepted=True/Accepted ResolvedRefs=False/BackendNotFound");
  ASSERT_EQ(before->group->members.size(), 1U);
  EXPECT_EQ(choice(cluster.compile()).backend, before);  // nothing changed

  cluster.add(provider("ai/b", "eu"));
  const auto with_both = choice(cluster.compile()).backend;
  ASSERT_EQ(with_both->group->members.size(), 2U);
  EXPECT_EQ(with_both->group->members[0].backend, before->group->members[0].backend);

  cluster.add(provider("ai/a", "eu"));
  const auto moved = choice(cluster.compile()).backend;
  EXPECT_EQ(moved->group->members[0].region, "eu");
  EXPECT_EQ(moved->group->members[1].backend, with_both->group->members[1].backend);

  cluster.add(provider("ai/chat", ""));  // no group any more
  EXPECT_EQ(choice(cluster.compile()).backend->group, nullptr);
  EXPECT_EQ(choice(cluster.compile()).backend->id, "Backend/ai/chat:443");
}

TEST(BackendGroups, CannotServeBytes) {
  Cluster cluster;
  cluster.add(gateway("ai/gw", {listener("tcp", "TCP", 80)}));
  resource::BackendRef ref;
  ref.ref = backend_ref("ai/chat");
  cluster.add(tcp_route("ai/r", {parent("gw")}, {ref}));
  cluster.add(group("ai/chat", {member("a")}));
  cluster.add(provider("ai/a", ""));

  EXPECT_EQ(route_conditions(cluster.compile(), "ai/r"),
            "Accepted=True/Accepted ResolvedRefs=False/UnsupportedProtocol");
}

}  // namespace
}  // namespace tidegate::gatewayapi
