// Rules of HTTPRoutes: matches, references, timeouts, retries, partly invalid routes.
#include <gtest/gtest.h>

#include "gatewayapi/fixture/cluster.h"

namespace tidegate::gatewayapi {
namespace {

using namespace fixture;
using std::chrono::milliseconds;

// One Gateway and one route "infra/r" with these rules, compiled.
Cluster with_rules(std::vector<resource::HttpRouteRule> rules) {
  Cluster cluster;
  cluster.add(gateway("infra/gw", {listener("http", "HTTP", 80)}));
  cluster.add_service("infra/v1");
  cluster.add_service("infra/v2");
  cluster.add_service("web/far");
  cluster.add(http_route("infra/r", {parent("gw")}, std::move(rules)));
  return cluster;
}

const std::vector<config::HttpRule>& rules_of(const Compilation& result) {
  return *find_config(result, "Gateway/infra/gw/http")->http_routes[0]->rules;
}

TEST(HttpRules, MatchesAreCarriedOver) {
  resource::HttpRouteMatch match;
  match.path = {resource::HttpPathMatch::Type::kExact, "/exact"};
  match.method = "POST";
  match.headers = {{resource::ValueMatch::Type::kExact, "Version", "two"},
                   {resource::ValueMatch::Type::kExact, "version", "ignored"},
                   {resource::ValueMatch::Type::kRegularExpression, "color", "red|blue"}};
  match.query_params = {{resource::ValueMatch::Type::kExact, "Animal", "whale"},
                        {resource::ValueMatch::Type::kExact, "animal", "dolphin"},
                        {resource::ValueMatch::Type::kExact, "Animal", "ignored"}};
  auto one = rule("/", {to(service_ref("v1"))});
  one.name = "named";
  one.matches = {match};

  auto cluster = with_rules({one});
  const Compilation& result = cluster.compile();

  const config::HttpRule& compiled = rules_of(result).at(0);
  EXPECT_EQ(compiled.name, "named");
  ASSERT_EQ(compiled.matches.size(), 1U);
  using Kind = config::ValueMatch::Kind;
  const config::HttpMatch expected{
      .path = {config::PathMatch::Kind::kExact, "/exact"},
      .method = "POST",
      .headers = {{Kind::kExact, "version", "two"}, {Kind::kRegex, "color", "red|blue"}},
      .query = {{Kind::kExact, "Animal", "whale"}, {Kind::kExact, "animal", "dolphin"}}};
  EXPECT_EQ(compiled.matches[0], expected);
}

TEST(HttpRules, NoMatchMeansEverything) {
  auto one = rule("/", {to(service_ref("v1"))});
  one.matches.clear();

  auto cluster = with_rules({one});
  const Compilation& result = cluster.compile();

  EXPECT_EQ(rules_of(result).at(0).matches, std::vector<config::HttpMatch>(1));
}

TEST(HttpRules, BackendsKeepTheirWeights) {
  auto cluster = with_rules({rule(
      "/", {to(service_ref("v1"), 70), to(service_ref("v2"), 30), to(service_ref("v1"), 0)})});

  const Compilation& result = cluster.compile();

  EXPECT_EQ(backends_of(rules_of(result).at(0)),
            (std::vector<std::string>{"Service/infra/v1:8080*70", "Service/infra/v2:8080*30",
                                      "Service/infra/v1:8080*0"}));
  EXPECT_EQ(result.document->backends.size(), 2U);
}

TEST(HttpRules, WithoutBackendsARuleStandsEmpty) {
  auto cluster = with_rules({rule("/", {})});

  const Compilation& result = cluster.compile();

  EXPECT_TRUE(rules_of(result).at(0).backends.empty());
  EXPECT_EQ(route_conditions(result, "infra/r"),
            "Accepted=True/Accepted ResolvedRefs=True/ResolvedRefs");
}

TEST(HttpRules, ReferencesThatFailAnswer500WithTheirWeight) {
  auto unknown_kind = service_ref("v1");
  unknown_kind.kind = "InvalidKind";
  auto unknown_group = service_ref("v1");
  unknown_group.group = "example.com";
  auto no_port = service_ref("v1");
  no_port.port.reset();
  struct Case {
    const char* what;
    resource::BackendObjectReference ref;
    const char* reason;
  };
  const Case cases[] = {
      {"missing Service", service_ref("nonexistent"), "BackendNotFound"},
      {"missing port", service_ref("v1", 9999), "BackendNotFound"},
      {"no port", no_port, "BackendNotFound"},
      {"unknown kind", unknown_kind, "InvalidKind"},
      {"unknown group", unknown_group, "InvalidKind"},
      {"missing Backend", backend_ref("nonexistent"), "BackendNotFound"},
      {"no grant", service_ref("web/far"), "RefNotPermitted"},
  };
  for (const Case& c : cases) {
    auto cluster = with_rules({rule("/", {to(c.ref, 3), to(service_ref("v1"), 1)})});
    const Compilation& result = cluster.compile();
    EXPECT_EQ(route_conditions(result, "infra/r"),
              std::string("Accepted=True/Accepted ResolvedRefs=False/") + c.reason)
        << c.what;
    EXPECT_EQ(backends_of(rules_of(result).at(0)),
              (std::vector<std::string>{"500*3", "Service/infra/v1:8080*1"}))
        << c.what;
  }
}

TEST(HttpRules, EveryFailingReferenceIsToldWithItsPath) {
  auto cluster = with_rules({rule("/a", {to(service_ref("web/far"))}),
                             rule("/b", {to(service_ref("v1")), to(service_ref("nosuch"))})});

  const auto* status = find_route(cluster.compile(), "infra/r");

  const auto* resolved =
      find_condition(status->parents[0].conditions, ConditionType::kResolvedRefs);
  EXPECT_EQ(resolved->reason, "RefNotPermitted");
  EXPECT_EQ(resolved->message,
            "rules[0].backendRefs[0]: no ReferenceGrant in namespace web allows the reference to "
            "Service far; rules[1].backendRefs[1]: Service infra/nosuch does not exist");
}

TEST(HttpRules, OneRuleWithoutGrantLeavesTheOthersAlone) {
  auto cluster =
      with_rules({rule("/v1", {to(service_ref("web/far"))}), rule("/v2", {to(service_ref("v2"))})});

  const Compilation& result = cluster.compile();

  EXPECT_EQ(route_conditions(result, "infra/r"),
            "Accepted=True/Accepted ResolvedRefs=False/RefNotPermitted");
  EXPECT_EQ(backends_of(rules_of(result).at(0)), std::vector<std::string>{"500*1"});
  EXPECT_EQ(backends_of(rules_of(result).at(1)),
            std::vector<std::string>{"Service/infra/v2:8080*1"});
}

TEST(HttpRules, AGrantOpensAndItsEndCloses) {
  auto cluster = with_rules({rule("/", {to(service_ref("web/far"))})});
  cluster.add(grant("web/g", "HTTPRoute", "infra", "", "Service"));
  const Compilation& open = cluster.compile();
  EXPECT_EQ(route_conditions(open, "infra/r"),
            "Accepted=True/Accepted ResolvedRefs=True/ResolvedRefs");
  EXPECT_EQ(backends_of(rules_of(open).at(0)), std::vector<std::string>{"Service/web/far:8080*1"});

  cluster.set.reference_grants.clear();
  const Compilation& closed = cluster.compile();
  EXPECT_EQ(route_conditions(closed, "infra/r"),
            "Accepted=True/Accepted ResolvedRefs=False/RefNotPermitted");
  EXPECT_EQ(backends_of(rules_of(closed).at(0)), std::vector<std::string>{"500*1"});
}

TEST(HttpRules, GrantsThatDoNotFitOpenNothing) {
  auto wrong_from_group = grant("web/g", "HTTPRoute", "infra", "", "Service");
  wrong_from_group.from[0].group = "";
  const resource::ReferenceGrant grants[] = {
      grant("web/g", "HTTPRoute", "other", "", "Service"),
      grant("web/g", "Gateway", "infra", "", "Service"),
      grant("web/g", "HTTPRoute", "infra", "", "Secret"),
      grant("web/g", "HTTPRoute", "infra", "", "Service", "another"),
      grant("infra/g", "HTTPRoute", "infra", "", "Service"),
      wrong_from_group,
  };
  for (const auto& one : grants) {
    auto cluster = with_rules({rule("/", {to(service_ref("web/far"))})});
    cluster.add(one);
    EXPECT_EQ(route_conditions(cluster.compile(), "infra/r"),
              "Accepted=True/Accepted ResolvedRefs=False/RefNotPermitted");
  }
}

TEST(HttpRules, TimeoutsAndRetriesAreCarriedOver) {
  auto one = rule("/", {to(service_ref("v1"))});
  one.timeouts = {milliseconds(500), milliseconds(0)};
  one.retry = {{500, 502}, 3, milliseconds(100)};
  auto two = rule("/two", {to(service_ref("v1"))});
  two.retry.emplace();

  auto cluster = with_rules({one, two});
  const Compilation& result = cluster.compile();

  const config::HttpRule& first = rules_of(result).at(0);
  EXPECT_EQ(first.request_timeout, milliseconds(500));
  EXPECT_EQ(first.backend_timeout, milliseconds(0));
  EXPECT_EQ(first.retry, (config::Retry{{500, 502}, 3, milliseconds(100)}));
  const config::HttpRule& second = rules_of(result).at(1);
  EXPECT_FALSE(second.request_timeout);
  EXPECT_EQ(second.retry, (config::Retry{{503}, 1, milliseconds(25)}));
}

TEST(HttpRules, ARuleThatCannotBeReadIsDroppedAndTold) {
  auto bad = rule("/", {to(service_ref("v1"))});
  bad.matches[0].path = {resource::HttpPathMatch::Type::kRegularExpression, "/(["};

  auto cluster = with_rules({bad, rule("/good", {to(service_ref("v1"))})});
  const Compilation& result = cluster.compile();

  EXPECT_EQ(route_conditions(result, "infra/r"),
            "Accepted=True/Accepted ResolvedRefs=True/ResolvedRefs "
            "PartiallyInvalid=True/UnsupportedValue");
  ASSERT_EQ(rules_of(result).size(), 1U);
  EXPECT_EQ(rules_of(result)[0].matches[0].path.value, "/good");
  const auto& conditions = find_route(result, "infra/r")->parents[0].conditions;
  EXPECT_TRUE(conditions[2].message.starts_with("Dropped Rule 0: rules[0].matches[0].path.value: "))
      << conditions[2].message;
}

TEST(HttpRules, ARouteWithoutAnyGoodRuleIsNotAccepted) {
  auto bad = rule("/", {to(service_ref("v1"))});
  bad.matches[0].headers = {{resource::ValueMatch::Type::kRegularExpression, "x", "("}};

  auto cluster = with_rules({bad});
  const Compilation& result = cluster.compile();

  EXPECT_EQ(route_conditions(result, "infra/r"),
            "Accepted=False/UnsupportedValue ResolvedRefs=True/ResolvedRefs");
  EXPECT_EQ(find_listener(result, "infra/gw", "http")->attached_routes, 0U);
  EXPECT_TRUE(route_ids(result, "Gateway/infra/gw/http").empty());
}

TEST(HttpRules, ATimeoutLongerThanTheWholeAnswers500) {
  auto bad = rule("/", {to(service_ref("v1"))});
  bad.timeouts = {milliseconds(100), milliseconds(200)};

  auto cluster = with_rules({bad, rule("/good", {})});
  const Compilation& result = cluster.compile();

  EXPECT_TRUE(rules_of(result).at(0).invalid);
  EXPECT_FALSE(rules_of(result).at(1).invalid);
}

TEST(HttpRules, FieldsWithoutEffectAreTold) {
  auto sticky = rule("/", {to(service_ref("v1"))});
  sticky.session_persistence.emplace();

  auto cluster = with_rules({sticky});
  const auto* status = find_route(cluster.compile(), "infra/r");

  EXPECT_EQ(status->parents[0].conditions[0].message,
            "Accepted; has no effect: rules[0].sessionPersistence");
}

}  // namespace
}  // namespace tidegate::gatewayapi
