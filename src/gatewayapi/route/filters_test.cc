#include "gatewayapi/route/filters.h"

#include <gtest/gtest.h>

#include "gatewayapi/fixture/cluster.h"

namespace tidegate::gatewayapi {
namespace {

using namespace fixture;
using Filters = std::vector<resource::RouteFilter>;

Cluster with_rule(resource::HttpRouteRule one) {
  Cluster cluster;
  cluster.add(gateway("infra/gw", {listener("http", "HTTP", 80)}));
  cluster.add_service("infra/v1");
  cluster.add_service("infra/mirror");
  cluster.add(http_route("infra/r", {parent("gw")}, {std::move(one), rule("/other", {})}));
  return cluster;
}

const config::HttpRule& rule_of(const Compilation& result) {
  return find_config(result, "Gateway/infra/gw/http")->http_routes[0]->rules->at(0);
}

resource::RequestHeaderModifier request_edits() {
  resource::RequestHeaderModifier edits;
  edits.set = {{"X-Set", "1"}};
  edits.add = {{"X-Add", "2"}};
  edits.remove = {"X-Remove"};
  return edits;
}

resource::HttpPathModifier prefix(std::string value) {
  return {resource::HttpPathModifier::Type::kReplacePrefixMatch, std::move(value)};
}

TEST(Filters, HeaderEditsStandOnRulesAndBackends) {
  resource::ResponseHeaderModifier response;
  response.set = {{"X-Answer", "42"}};
  auto backend = to(service_ref("v1"));
  backend.filters = {request_edits(), response};

  auto cluster = with_rule(rule("/", {backend}, {request_edits(), response}));
  const Compilation& result = cluster.compile();

  const config::HeaderEdits expected{{{"X-Set", "1"}}, {{"X-Add", "2"}}, {"X-Remove"}};
  EXPECT_EQ(rule_of(result).filters->request_headers, expected);
  EXPECT_EQ(rule_of(result).filters->response_headers.set.at(0).value, "42");
  EXPECT_EQ(rule_of(result).backends.at(0).filters->request_headers, expected);
}

TEST(Filters, EditsOfWhatTheDataPlaneMakesItselfAreTold) {
  resource::RequestHeaderModifier edits;
  edits.set = {{"Host", "x.example.com"}, {"X-Fine", "1"}};
  edits.remove = {"Content-Length"};
  auto cluster = with_rule(rule("/", {to(service_ref("v1"))}, {edits}));

  const Compilation& result = cluster.compile();

  const auto* accepted = find_condition(find_route(result, "infra/r")->parents[0].conditions,
                                        ConditionType::kAccepted);
  EXPECT_EQ(accepted->status, ConditionStatus::kTrue);
  EXPECT_EQ(accepted->message,
            "Accepted; has no effect: rules[0].filters[0].requestHeaderModifier.set Host, "
            "rules[0].filters[0].requestHeaderModifier.remove Content-Length");
}

TEST(Filters, NoneAreNoObject) {
  auto cluster = with_rule(rule("/", {to(service_ref("v1"))}));
  const Compilation& result = cluster.compile();

  EXPECT_EQ(rule_of(result).filters, nullptr);
  EXPECT_EQ(rule_of(result).backends.at(0).filters, nullptr);
}

TEST(Filters, RedirectsAreCarriedOver) {
  resource::RequestRedirect redirect;
  redirect.scheme = "https";
  redirect.hostname = "example.org";
  redirect.port = 8443;
  redirect.path = prefix("/new");
  redirect.status_code = 308;

  auto cluster = with_rule(rule("/old", {}, {redirect}));
  const Compilation& result = cluster.compile();

  EXPECT_EQ(
      rule_of(result).filters->redirect,
      (config::Redirect{
          "https", "example.org", 8443,
          config::PathModifier{config::PathModifier::Kind::kReplacePrefixMatch, "/new"}, 308}));
  EXPECT_FALSE(rule_of(result).invalid);
}

TEST(Filters, RewritesAreCarriedOver) {
  resource::UrlRewrite rewrite;
  rewrite.hostname = "one.example.org";
  rewrite.path = {resource::HttpPathModifier::Type::kReplaceFullPath, "/full"};

  auto cluster = with_rule(rule("/", {to(service_ref("v1"))}, {rewrite}));
  const Compilation& result = cluster.compile();

  EXPECT_EQ(rule_of(result).filters->rewrite,
            (config::UrlRewrite{
                "one.example.org",
                config::PathModifier{config::PathModifier::Kind::kReplaceFullPath, "/full"}}));
}

TEST(Filters, MirrorsKeepTheirShare) {
  struct Case {
    std::optional<std::int32_t> percent;
    std::optional<resource::Fraction> fraction;
    std::uint32_t numerator;
    std::uint32_t denominator;
  };
  const Case cases[] = {
      {{}, {}, 100, 100},
      {20, {}, 20, 100},
      {0, {}, 0, 100},
      {{}, resource::Fraction{35, 100}, 35, 100},
      {{}, resource::Fraction{1, 3}, 1, 3},
  };
  for (const Case& c : cases) {
    const resource::RequestMirror mirror{service_ref("mirror"), c.percent, c.fraction};
    auto cluster = with_rule(rule("/", {to(service_ref("v1"))}, {mirror, mirror}));
    const Compilation& result = cluster.compile();
    ASSERT_EQ(rule_of(result).filters->mirrors.size(), 2U);
    const config::Mirror& compiled = rule_of(result).filters->mirrors[0];
    EXPECT_EQ(compiled.backend->id, "Service/infra/mirror:8080");
    EXPECT_EQ(compiled.numerator, c.numerator);
    EXPECT_EQ(compiled.denominator, c.denominator);
    EXPECT_EQ(result.document->backends.size(), 2U);
  }
}

TEST(Filters, AMirrorThatCannotBeResolvedOnlyLosesTheCopy) {
  const resource::RequestMirror mirror{service_ref("nosuch"), {}, {}};
  auto cluster = with_rule(rule("/", {to(service_ref("v1"))}, {mirror}));

  const Compilation& result = cluster.compile();

  EXPECT_EQ(route_conditions(result, "infra/r"),
            "Accepted=True/Accepted ResolvedRefs=False/BackendNotFound");
  EXPECT_FALSE(rule_of(result).invalid);
  EXPECT_EQ(rule_of(result).filters->mirrors.at(0).backend, nullptr);
}

TEST(Filters, CorsIsCarriedOver) {
  resource::CorsFilter cors;
  cors.allow_origins = {"https://www.foo.com", "https://*.bar.com"};
  cors.allow_credentials = true;
  cors.allow_methods = {"GET", "OPTIONS"};
  cors.allow_headers = {"x-header-1"};
  cors.expose_headers = {"x-header-2"};
  cors.max_age = 3600;

  auto cluster = with_rule(rule("/", {to(service_ref("v1"))}, {cors}));
  const Compilation& result = cluster.compile();

  EXPECT_EQ(rule_of(result).filters->cors,
            (config::Cors{{"https://www.foo.com", "https://*.bar.com"},
                          true,
                          {"GET", "OPTIONS"},
                          {"x-header-1"},
                          {"x-header-2"},
                          3600}));
}

TEST(Filters, WhatCannotBeAppliedAnswers500AndIsTold) {
  resource::RequestRedirect redirect;
  resource::RequestRedirect prefix_redirect;
  prefix_redirect.path = prefix("/new");
  auto exact = rule("/x", {}, {prefix_redirect});
  exact.matches[0].path.type = resource::HttpPathMatch::Type::kExact;
  struct Case {
    const char* what;
    resource::HttpRouteRule rule;
    const char* message;
  };
  const Case cases[] = {
      {"redirect and rewrite", rule("/", {}, {redirect, resource::UrlRewrite{}}),
       "Dropped Rule 0: rules[0].filters[1]: RequestRedirect and URLRewrite exclude each other"},
      {"redirect with backends", rule("/", {to(service_ref("v1"))}, {redirect}),
       "Dropped Rule 0: rules[0].filters[0]: RequestRedirect cannot stand with backendRefs"},
      {"repeated", rule("/", {}, {request_edits(), request_edits()}),
       "Dropped Rule 0: rules[0].filters[1]: RequestHeaderModifier is repeated"},
      {"prefix without prefix match", exact,
       "Dropped Rule 0: rules[0].filters[0]: replacePrefixMatch needs matches of type PathPrefix"},
      {"external auth", rule("/", {}, {resource::ExternalAuth{}}),
       "Dropped Rule 0: rules[0].filters[0]: ExternalAuth is not supported"},
  };
  for (const Case& c : cases) {
    auto cluster = with_rule(c.rule);
    const Compilation& result = cluster.compile();
    EXPECT_TRUE(rule_of(result).invalid) << c.what;
    const auto* partial = find_condition(find_route(result, "infra/r")->parents[0].conditions,
                                         ConditionType::kPartiallyInvalid);
    ASSERT_NE(partial, nullptr) << c.what;
    EXPECT_EQ(partial->message, c.message);
  }
}

TEST(Filters, IncompatibleOnesOnEveryRuleRefuseTheRoute) {
  Cluster cluster;
  cluster.add(gateway("infra/gw", {listener("http", "HTTP", 80)}));
  cluster.add(http_route("infra/r", {parent("gw")},
                         {rule("/", {}, {resource::RequestRedirect{}, resource::UrlRewrite{}})}));

  EXPECT_EQ(route_conditions(cluster.compile(), "infra/r"),
            "Accepted=False/IncompatibleFilters ResolvedRefs=True/ResolvedRefs");
}

TEST(Filters, AnExtensionNobodyKnowsMustNotBeSkipped) {
  const resource::ExtensionRef extension{{"example.com", "Magic", "m"}};
  auto cluster = with_rule(rule("/", {to(service_ref("v1"))}, {extension}));

  const Compilation& result = cluster.compile();

  EXPECT_TRUE(rule_of(result).invalid);
  EXPECT_EQ(route_conditions(result, "infra/r"),
            "Accepted=True/Accepted ResolvedRefs=False/InvalidKind");
}

TEST(Filters, OfABackendThatFailTakeOnlyThatBackendDown) {
  auto bad = to(service_ref("v1"), 2);
  bad.filters = {resource::ExtensionRef{{"example.com", "Magic", "m"}}};
  auto cluster = with_rule(rule("/", {bad, to(service_ref("mirror"))}));

  const Compilation& result = cluster.compile();

  EXPECT_FALSE(rule_of(result).invalid);
  EXPECT_EQ(backends_of(rule_of(result)),
            (std::vector<std::string>{"500*2", "Service/infra/mirror:8080*1"}));
}

TEST(Filters, OfABackendMayRewriteRedirectAndMirror) {
  resource::UrlRewrite rewrite;
  rewrite.hostname = "own.example.com";
  resource::RequestMirror mirror;
  mirror.backend_ref = service_ref("mirror");
  resource::RequestRedirect redirect;
  redirect.hostname = "moved.example.com";
  auto one = to(service_ref("v1"));
  one.filters = {rewrite, mirror};
  auto other = to(service_ref("v1"));
  other.filters = {redirect};
  auto cluster = with_rule(rule("/", {one, other}));

  const Compilation& result = cluster.compile();

  const auto& backends = rule_of(result).backends;
  EXPECT_EQ(backends.at(0).filters->rewrite->hostname, "own.example.com");
  EXPECT_EQ(backends.at(0).filters->mirrors.at(0).backend->id, "Service/infra/mirror:8080");
  EXPECT_EQ(backends.at(1).filters->redirect->hostname, "moved.example.com");
  EXPECT_EQ(route_conditions(result, "infra/r"),
            "Accepted=True/Accepted ResolvedRefs=True/ResolvedRefs");
}

TEST(Filters, CorsOfABackendIsRefusedAndTold) {
  auto bad = to(service_ref("v1"));
  bad.filters = {resource::CorsFilter{}};
  auto cluster = with_rule(rule("/", {bad}));

  const Compilation& result = cluster.compile();

  EXPECT_EQ(backends_of(rule_of(result)), std::vector<std::string>{"500*1"});
  const auto* partial = find_condition(find_route(result, "infra/r")->parents[0].conditions,
                                       ConditionType::kPartiallyInvalid);
  ASSERT_NE(partial, nullptr);
  EXPECT_EQ(partial->message,
            "Dropped Rule 0: rules[0].backendRefs[0].filters[0]: CORS is for a rule, not for one "
            "of its backends");
}

}  // namespace
}  // namespace tidegate::gatewayapi
