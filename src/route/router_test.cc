#include "route/router.h"

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

#include "route/route_fixture.h"

namespace tidegate::route {

void PrintTo(const Outcome& outcome, std::ostream* out) { *out << static_cast<int>(outcome); }

namespace {

constexpr auto kRegex = config::ValueMatch::Kind::kRegex;

// Name of the rule that answers, or "none", "model", "421".
std::string answer(const TestRouter& router, const TestRequest& request,
                   ModelName model = ModelName::absent(),
                   std::uint32_t sni_listener = Router::kNoListener) {
  const Decision decision = router.router().find(request.head(), model, sni_listener);
  switch (decision.outcome) {
    case Outcome::kNoRoute:
      return "none";
    case Outcome::kNeedsModel:
      return "model";
    case Outcome::kMisdirected:
      return "421";
    case Outcome::kFound:
      return decision.rule->config->name;
  }
  return "?";
}

std::string answer_path(const TestRouter& router, std::string_view path) {
  return answer(router, TestRequest("example.com", path));
}

TEST(Router, PrefixGoesByWholeSegments) {
  const TestRouter router(
      {listener("", {route({}, {rule("v2", {prefix("/v2")}), rule("slash", {prefix("/dir/")}),
                                rule("deep", {prefix("/a/b/c")})})})});
  struct Case {
    std::string_view path;
    std::string_view rule;
  };
  const Case cases[] = {
      {"/v2", "v2"},          {"/v2/", "v2"},         {"/v2/example", "v2"}, {"/v2?x=/v3", "v2"},
      {"/v2example", "none"}, {"/v", "none"},         {"/", "none"},         {"/V2", "none"},
      {"/dir", "slash"},      {"/dir/", "slash"},     {"/dir/x", "slash"},   {"/dirx", "none"},
      {"/a/b/c", "deep"},     {"/a/b/c/d/e", "deep"}, {"/a/b", "none"},      {"/a/b/cc", "none"},
      {"//v2", "none"},       {"*", "none"},          {"", "none"},
  };
  for (const Case& c : cases) EXPECT_EQ(answer_path(router, c.path), c.rule) << c.path;
}

TEST(Router, ExactBeatsLongerPrefixBeatsShorter) {
  const TestRouter router({listener(
      "",
      {route({}, {rule("root", {prefix("/")}), rule("short", {prefix("/match")}),
                  rule("long", {prefix("/match/prefix")}), rule("exact", {exact("/match/exact")}),
                  rule("slash", {exact("/match/exact/")})})})});
  EXPECT_EQ(answer_path(router, "/match/exact"), "exact");
  EXPECT_EQ(answer_path(router, "/match/exact/"), "slash");
  EXPECT_EQ(answer_path(router, "/match/exact/one"), "short");
  EXPECT_EQ(answer_path(router, "/match/prefix/one"), "long");
  EXPECT_EQ(answer_path(router, "/match/prefixes"), "short");
  EXPECT_EQ(answer_path(router, "/other"), "root");
  EXPECT_EQ(answer_path(router, "/"), "root");
}

TEST(Router, RegexRanksLikeAPrefixOfItsLiteralStart) {
  const TestRouter router({listener(
      "", {route({}, {rule("root", {prefix("/")}), rule("v1", {prefix("/v1/chat")}),
                      rule("any", {regex("/.*\\.json")}), rule("word", {regex("/v1/[a-z]+")}),
                      rule("exact", {exact("/v1/embed")})})})});
  EXPECT_EQ(answer_path(router, "/v1/models"), "word");
  EXPECT_EQ(answer_path(router, "/v1/embed"), "exact");
  EXPECT_EQ(answer_path(router, "/v1/chat"), "v1");
  EXPECT_EQ(answer_path(router, "/v1/models/x"), "root");
  EXPECT_EQ(answer_path(router, "/v1/m.json"), "any");
  EXPECT_EQ(answer_path(router, "/v1/m.json?x"), "any");
}

TEST(Router, RegexAloneOnAHost) {
  const TestRouter router({listener("", {route({}, {rule("r", {regex("(?i)/ABC|\\*")})})})});
  EXPECT_EQ(answer_path(router, "/abc"), "r");
  EXPECT_EQ(answer_path(router, "/abcd"), "none");
  EXPECT_EQ(answer_path(router, "*"), "r");
}

TEST(Router, MethodThenHeadersThenQueryThenOrderDecide) {
  const config::HttpMatch base = prefix("/p");
  const TestRouter router({listener(
      "", {route({}, {rule("plain", {base}), rule("plain-later", {base}),
                      rule("query", {with_query(base, "q", "1")}),
                      rule("query2", {with_query(with_query(base, "q", "1"), "r", "2")}),
                      rule("header", {with_header(base, "a", "1")}),
                      rule("header2", {with_header(with_header(base, "a", "1"), "b", "2")}),
                      rule("method", {with_method(base, "POST")})})})});
  EXPECT_EQ(answer(router, TestRequest("h", "/p")), "plain");
  EXPECT_EQ(answer(router, TestRequest("h", "/p?q=1")), "query");
  EXPECT_EQ(answer(router, TestRequest("h", "/p?r=2&q=1")), "query2");
  TestRequest one("h", "/p?r=2&q=1");
  EXPECT_EQ(answer(router, one.add("A", "1")), "header");
  EXPECT_EQ(answer(router, one.add("b", "2")), "header2");
  TestRequest post("h", "/p?r=2&q=1", "POST");
  EXPECT_EQ(answer(router, post.add("a", "1").add("b", "2")), "method");
  EXPECT_EQ(answer(router, TestRequest("h", "/p", "post")), "plain");
}

TEST(Router, OlderRouteWinsAcrossRoutes) {
  const TestRouter router(
      {listener("", {route({}, {rule("older", {prefix("/a")})}),
                     route({}, {rule("younger", {prefix("/a"), prefix("/b")})})})});
  EXPECT_EQ(answer_path(router, "/a"), "older");
  EXPECT_EQ(answer_path(router, "/b"), "younger");
}

TEST(Router, HostnameSpecificityComesBeforeThePath) {
  const TestRouter router(
      {listener("", {route({}, {rule("none", {exact("/p"), prefix("/only-none")})}),
                     route({"*.example.com"}, {rule("wild", {prefix("/p"), prefix("/only-wild")})}),
                     route({"*.a.example.com"}, {rule("longer", {prefix("/p")})}),
                     route({"x.a.example.com"}, {rule("exact", {prefix("/p")})})})});
  EXPECT_EQ(answer(router, TestRequest("x.a.example.com", "/p")), "exact");
  EXPECT_EQ(answer(router, TestRequest("X.A.example.com:8080", "/p")), "exact");
  EXPECT_EQ(answer(router, TestRequest("y.a.example.com", "/p")), "longer");
  EXPECT_EQ(answer(router, TestRequest("y.example.com", "/p")), "wild");
  EXPECT_EQ(answer(router, TestRequest("example.com", "/p")), "none");
  EXPECT_EQ(answer(router, TestRequest("x.a.example.com", "/only-wild")), "wild");
  EXPECT_EQ(answer(router, TestRequest("x.a.example.com", "/only-none")), "none");
  EXPECT_EQ(answer(router, TestRequest("x.a.example.com", "/nothing")), "none");
}

TEST(Router, ListenersAreIsolated) {
  const TestRouter router(
      {listener("", {route({}, {rule("empty", {prefix("/empty")})})}),
       listener("*.example.com", {route({}, {rule("wild", {prefix("/wild")})})}),
       listener("*.foo.example.com", {route({}, {rule("foo", {prefix("/foo")})})}),
       listener("abc.foo.example.com",
                {route({"abc.foo.example.com"}, {rule("abc", {prefix("/abc")})})})});
  const std::vector<std::string> paths = {"/empty", "/wild", "/foo", "/abc"};
  const std::vector<std::pair<std::string, std::string>> winners = {
      {"bar.com", "/empty"},
      {"bar.example.com", "/wild"},
      {"bar.foo.example.com", "/foo"},
      {"abc.foo.example.com", "/abc"},
  };
  for (const auto& [host, winner] : winners) {
    for (const std::string& path : paths) {
      EXPECT_EQ(answer(router, TestRequest(host, path)), path == winner ? path.substr(1) : "none")
          << host << path;
    }
  }
}

TEST(Router, WithoutAListenerForTheHostThereIsNoRoute) {
  const TestRouter router({listener("a.example.com", {route({}, {rule("a", {prefix("/")})})})});
  const Decision decision =
      router.router().find(TestRequest("b.example.com", "/").head(), ModelName::absent());
  EXPECT_EQ(decision.outcome, Outcome::kNoRoute);
  EXPECT_EQ(decision.listener, Router::kNoListener);
}

TEST(Router, AnotherListenerThanSniChoseIsMisdirected) {
  const TestRouter router(
      {listener("", {route({}, {rule("any", {prefix("/")})})}),
       listener("second.org", {route({"second.org"}, {rule("second", {prefix("/s")})})}),
       listener("*.wild.org", {route({}, {rule("wild", {prefix("/")})})})});
  const Router& r = router.router();
  const auto sni = [&r](std::string_view name) { return r.find_listener(name); };
  const auto ask = [&](std::string_view host, std::string_view path, std::string_view name) {
    return answer(router, TestRequest(host, path), ModelName::absent(), sni(name));
  };
  EXPECT_EQ(ask("second.org", "/s", "second.org"), "second");
  EXPECT_EQ(ask("second.org", "/other", "second.org"), "none");
  EXPECT_EQ(ask("second.org", "/s", "example.org"), "421");
  EXPECT_EQ(ask("example.org", "/", "second.org"), "421");
  EXPECT_EQ(ask("b.wild.org", "/", "a.wild.org"), "wild");
  EXPECT_EQ(ask("unknown.net", "/", "other.net"), "any");
  EXPECT_EQ(r.find_listener("SECOND.org"), 1U);
  EXPECT_EQ(r.listener_id(2), "Gateway/default/gw/*.wild.org");
}

TEST(Router, HeaderFieldsOfOneNameAreJoined) {
  const TestRouter router({listener(
      "", {route({}, {rule("exact", {with_header(prefix("/"), "version", "one,two")}),
                      rule("regex", {with_header(prefix("/"), "color", "red,b.*", kRegex)}),
                      rule("host", {with_header(prefix("/"), "host", "h:81")})})})});
  TestRequest joined("h", "/");
  EXPECT_EQ(answer(router, joined.add("Version", "one").add("x", "y").add("VERSION", "two")),
            "exact");
  TestRequest single("h", "/");
  EXPECT_EQ(answer(router, single.add("version", "one,two")), "exact");
  TestRequest half("h", "/");
  EXPECT_EQ(answer(router, half.add("version", "one")), "none");
  TestRequest more("h", "/");
  EXPECT_EQ(answer(router, more.add("version", "one,two").add("version", "three")), "none");
  TestRequest colors("h", "/");
  EXPECT_EQ(answer(router, colors.add("color", "red").add("color", "blue")), "regex");
  EXPECT_EQ(answer(router, TestRequest("h:81", "/")), "host");
}

TEST(Router, OnlyTheFirstMatchOfAHeaderOrParameterCounts) {
  const TestRouter router({listener(
      "", {route({}, {rule("h", {with_header(with_header(prefix("/h"), "a", "1"), "A", "2")}),
                      rule("q", {with_query(with_query(prefix("/q"), "a", "1"), "a", "2")})})})});
  TestRequest header("h", "/h");
  EXPECT_EQ(answer(router, header.add("a", "1")), "h");
  EXPECT_EQ(answer(router, TestRequest("h", "/q?a=1&a=2")), "q");
  EXPECT_EQ(answer(router, TestRequest("h", "/q?a=2&a=1")), "none");
}

TEST(Router, QueryParametersMatchAsSentOrDecoded) {
  const TestRouter router({listener(
      "", {route({}, {rule("exact", {with_query(prefix("/e"), "animal", "blue whale")}),
                      rule("plus", {with_query(prefix("/p"), "a", "1+1")}),
                      rule("empty", {with_query(prefix("/n"), "flag", "")}),
                      rule("regex", {with_query(prefix("/r"), "animal", "dolph.+", kRegex)})})})});
  EXPECT_EQ(answer(router, TestRequest("h", "/e?animal=blue%20whale")), "exact");
  EXPECT_EQ(answer(router, TestRequest("h", "/e?x=1&animal=blue+whale&y")), "exact");
  EXPECT_EQ(answer(router, TestRequest("h", "/e?Animal=blue+whale")), "none");
  EXPECT_EQ(answer(router, TestRequest("h", "/p?a=1+1")), "plus");
  EXPECT_EQ(answer(router, TestRequest("h", "/n?flag")), "empty");
  EXPECT_EQ(answer(router, TestRequest("h", "/n?flag=")), "empty");
  EXPECT_EQ(answer(router, TestRequest("h", "/n?flagx=")), "none");
  EXPECT_EQ(answer(router, TestRequest("h", "/r?animal=dolph%69n")), "regex");
  EXPECT_EQ(answer(router, TestRequest("h", "/r?animal=dolph")), "none");
  EXPECT_EQ(answer(router, TestRequest("h", "/r?animal=%zz%4")), "none");
}

TEST(Router, ABrokenExpressionNeverHoldsAndIsNamed) {
  auto broken = route({}, {rule("path", {regex("/a(")}),
                           rule("header", {with_header(prefix("/"), "x", "[", kRegex)}),
                           rule("prefix", {prefix("no-slash")}), rule("good", {prefix("/")})});
  const CompiledRoute compiled(broken);
  EXPECT_EQ(compiled.problems().size(), 3U);
  const TestRouter router({listener("", {broken})});
  TestRequest request("h", "/a(");
  EXPECT_EQ(answer(router, request.add("x", "[")), "good");
}

config::HttpRule weighted(std::vector<std::uint32_t> weights) {
  config::HttpRule made = rule("weighted", {prefix("/")});
  for (const std::uint32_t weight : weights)
    made.backends.push_back({.error_status = 500, .weight = weight});
  return made;
}

TEST(ChooseBackend, SharesFollowTheWeights) {
  const CompiledRoute compiled(route({}, {weighted({70, 30, 0})}));
  const Rule& chosen = compiled.rules()[0];
  std::vector<int> counts(3);
  constexpr int kSteps = 1000;
  for (std::uint64_t i = 0; i < kSteps; ++i) {
    const auto* choice = choose_backend(chosen, (2 * i + 1) * (~std::uint64_t{0} / (2 * kSteps)));
    ++counts[static_cast<std::size_t>(choice - chosen.config->backends.data())];
  }
  EXPECT_EQ(counts, (std::vector<int>{700, 300, 0}));
  EXPECT_EQ(choose_backend(chosen, ~std::uint64_t{0}), &chosen.config->backends[1]);
}

TEST(ChooseBackend, WithoutAnyWeightThereIsNoChoice) {
  const CompiledRoute compiled(route({}, {weighted({}), weighted({0, 0}), weighted({0})}));
  for (const Rule& each : compiled.rules()) EXPECT_EQ(choose_backend(each, 42), nullptr);
}

}  // namespace
}  // namespace tidegate::route
