// Routes that depend on the model in the payload.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "route/route_fixture.h"

namespace tidegate::route {
namespace {

std::string answer(const TestRouter& router, const TestRequest& request, ModelName model) {
  const Decision decision = router.router().find(request.head(), model);
  if (decision.outcome == Outcome::kNeedsModel) return "model";
  return decision.outcome == Outcome::kFound ? decision.rule->config->name : "none";
}

config::HttpRule ai_rule(std::string name, std::vector<config::HttpMatch> matches) {
  config::HttpRule made = rule(std::move(name), std::move(matches));
  auto backend = std::make_shared<config::Backend>();
  backend->ai.emplace();
  made.backends.push_back({.backend = backend});
  return made;
}

TEST(RouterModel, ThePayloadsModelDecidesAndTheClientsHeaderNever) {
  const TestRouter router(
      {listener("", {route({}, {rule("fallback", {prefix("/v1")}),
                                rule("small", {with_model(prefix("/v1"), "small")}),
                                rule("large", {with_model(prefix("/v1"), "large")})})})});
  TestRequest request("h", "/v1/chat/completions", "POST");
  request.add("X-Gateway-Model-Name", "large");
  EXPECT_EQ(answer(router, request, ModelName::known("small")), "small");
  EXPECT_EQ(answer(router, request, ModelName::known("large")), "large");
  EXPECT_EQ(answer(router, request, ModelName::known("other")), "fallback");
  EXPECT_EQ(answer(router, request, ModelName::absent()), "fallback");
  EXPECT_EQ(answer(router, request, ModelName::unknown()), "model");
}

TEST(RouterModel, TheModelIsAskedForOnlyWhenItCanMatter) {
  const auto post_model = with_method(with_model(prefix("/v1"), "m"), "POST");
  const TestRouter router({listener(
      "", {route({}, {rule("exact", {exact("/v1/health")}), rule("named", {post_model}),
                      rule("beta", {with_model(with_header(prefix("/v1"), "beta", "1"), "m")}),
                      rule("get", {with_method(prefix("/v1"), "GET")}),
                      rule("rest", {prefix("/v1")}), rule("root", {prefix("/")})})})});
  const auto unknown = ModelName::unknown();
  EXPECT_EQ(answer(router, TestRequest("h", "/v1/health", "POST"), unknown), "exact");
  EXPECT_EQ(answer(router, TestRequest("h", "/v1/chat", "POST"), unknown), "model");
  EXPECT_EQ(answer(router, TestRequest("h", "/v1/chat", "GET"), unknown), "get");
  EXPECT_EQ(answer(router, TestRequest("h", "/v1/chat", "PUT"), unknown), "rest");
  TestRequest beta("h", "/v1/chat", "PUT");
  EXPECT_EQ(answer(router, beta.add("beta", "1"), unknown), "model");
  TestRequest get_beta("h", "/v1/chat", "GET");
  EXPECT_EQ(answer(router, get_beta.add("beta", "1"), unknown), "get");
  EXPECT_EQ(answer(router, TestRequest("h", "/other", "POST"), unknown), "root");
}

TEST(RouterModel, ARuleWithAModelProviderWantsThePayload) {
  const TestRouter router(
      {listener("", {route({}, {ai_rule("ai", {prefix("/v1")}), rule("plain", {prefix("/")})})})});
  EXPECT_EQ(answer(router, TestRequest("h", "/v1/x"), ModelName::unknown()), "model");
  EXPECT_EQ(answer(router, TestRequest("h", "/v1/x"), ModelName::absent()), "ai");
  EXPECT_EQ(answer(router, TestRequest("h", "/v1/x"), ModelName::known("any")), "ai");
  EXPECT_EQ(answer(router, TestRequest("h", "/x"), ModelName::unknown()), "plain");
}

TEST(RouterModel, RegexAndOtherConditionsKeepTheirRank) {
  const auto regex_model = with_header(prefix("/v1"), "x-gateway-model-name", "gpt-.*",
                                       config::ValueMatch::Kind::kRegex);
  const TestRouter router({listener(
      "",
      {route({}, {rule("regex", {regex_model}), rule("exact", {with_model(prefix("/v1"), "gpt-4")}),
                  rule("two", {with_header(with_model(prefix("/v1"), "gpt-4"), "a", "1")}),
                  rule("method", {with_method(prefix("/v1"), "DELETE")})})})});
  EXPECT_EQ(answer(router, TestRequest("h", "/v1"), ModelName::known("gpt-4")), "regex");
  TestRequest more("h", "/v1");
  EXPECT_EQ(answer(router, more.add("a", "1"), ModelName::known("gpt-4")), "two");
  EXPECT_EQ(answer(router, TestRequest("h", "/v1", "DELETE"), ModelName::known("gpt-4")), "method");
  EXPECT_EQ(answer(router, TestRequest("h", "/v1", "DELETE"), ModelName::unknown()), "method");
  EXPECT_EQ(answer(router, TestRequest("h", "/v1"), ModelName::known("claude")), "none");
  EXPECT_EQ(answer(router, TestRequest("h", "/v1"), ModelName::absent()), "none");
  EXPECT_EQ(answer(router, TestRequest("h", "/v1"), ModelName::unknown()), "model");
}

TEST(RouterModel, AMissFallsThroughToShorterPathsAndWiderHosts) {
  const TestRouter router(
      {listener("", {route({"a.com"}, {rule("deep", {with_model(prefix("/v1/chat"), "m")})}),
                     route({"a.com"}, {rule("short", {prefix("/v1")})}),
                     route({}, {rule("wide", {with_model(prefix("/"), "other")})})})});
  EXPECT_EQ(answer(router, TestRequest("a.com", "/v1/chat"), ModelName::known("m")), "deep");
  EXPECT_EQ(answer(router, TestRequest("a.com", "/v1/chat"), ModelName::known("n")), "short");
  EXPECT_EQ(answer(router, TestRequest("a.com", "/v2"), ModelName::known("other")), "wide");
  EXPECT_EQ(answer(router, TestRequest("a.com", "/v2"), ModelName::absent()), "none");
}

TEST(RouterModel, ManyKindsOfConditionsStillAskForTheModel) {
  std::vector<config::HttpRule> rules;
  for (int i = 0; i < 40; ++i) {
    rules.push_back(rule(
        std::to_string(i),
        {with_model(with_query(prefix("/"), "q", std::to_string(i)), "m" + std::to_string(i))}));
  }
  const TestRouter router({listener("", {route({}, std::move(rules))})});
  EXPECT_EQ(answer(router, TestRequest("h", "/?q=39"), ModelName::unknown()), "model");
  EXPECT_EQ(answer(router, TestRequest("h", "/?q=39"), ModelName::known("m39")), "39");
  EXPECT_EQ(answer(router, TestRequest("h", "/?q=38"), ModelName::known("m39")), "none");
}

}  // namespace
}  // namespace tidegate::route
