#include "proxy/handle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>

#include "proxy/proxy_fixture.h"

namespace tidegate::proxy {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Handling : public testing::EachPoller {};
TIDEGATE_ON_EACH_POLLER(Handling);

constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";

TEST_P(Handling, ForwardsToTheRulesBackendAndRelaysItsAnswer) {
  World world(GetParam());
  RawListener upstream;
  world.adopt({rule_to(World::backend("a", upstream))});
  Client client(world, "GET", "/path?x=1");
  client.start();
  world.await_request(upstream);
  const std::string& request = upstream.peer(0).received();
  EXPECT_TRUE(request.starts_with("GET /path?x=1 HTTP/1.1\r\n")) << request;
  EXPECT_THAT(request, HasSubstr("Host: a.example\r\n"));
  EXPECT_THAT(request, HasSubstr("x-forwarded-for: 192.0.2.9\r\n"));
  EXPECT_THAT(request, HasSubstr("x-forwarded-proto: http\r\n"));
  upstream.peer(0).send("HTTP/1.1 203 Fine\r\nx-from: upstream\r\ncontent-length: 5\r\n\r\nhello");
  world.loop.run_until_idle();
  EXPECT_EQ(client.response.status, 203);
  EXPECT_EQ(client.response.field("x-from"), "upstream");
  EXPECT_EQ(client.response.body, "hello");
  EXPECT_TRUE(client.response.ended);
  EXPECT_FALSE(client.response.closes);
}

TEST_P(Handling, SendsTheBodyThatTheClientSent) {
  World world(GetParam());
  RawListener upstream;
  world.adopt({rule_to(World::backend("a", upstream))});
  Client client(world, "POST", "/", "some text");
  client.start();
  world.await_request(upstream, 0, "some text");
  EXPECT_THAT(upstream.peer(0).received(), HasSubstr("Content-Length: 9\r\n"));
  upstream.peer(0).send(kOk);
  world.loop.run_until_idle();
  EXPECT_EQ(client.response.status, 200);
}

TEST_P(Handling, TakesOffWhatAClientMustNotDecide) {
  World world(GetParam());
  RawListener upstream;
  world.adopt({rule_to(World::backend("a", upstream))});
  Client client(world, "GET", "/");
  client.add("connection", "x-hop").add("x-hop", "1").add("keep-alive", "5");
  client.add("x-gateway-model-name", "spoofed").add("proxy-authorization", "secret");
  client.add("x-kept", "yes").add("x-forwarded-for", "203.0.113.1");
  client.start();
  world.await_request(upstream);
  const std::string& request = upstream.peer(0).received();
  for (const char* gone : {"x-hop", "keep-alive", "x-gateway-model-name", "proxy-authorization"}) {
    EXPECT_THAT(request, Not(HasSubstr(gone)));
  }
  EXPECT_THAT(request, HasSubstr("x-kept: yes\r\n"));
  EXPECT_THAT(request, HasSubstr("x-forwarded-for: 203.0.113.1, 192.0.2.9\r\n"));
  upstream.peer(0).send(kOk);
  world.loop.run_until_idle();
}

TEST_P(Handling, KeepsTheRequestIdOfTheClientAndMakesOneOtherwise) {
  World world(GetParam());
  RawListener upstream;
  world.adopt({rule_to(World::backend("a", upstream))});
  Client given(world, "GET", "/");
  given.add("x-request-id", "mine-1");
  given.start();
  world.await_request(upstream);
  EXPECT_THAT(upstream.peer(0).received(), HasSubstr("x-request-id: mine-1\r\n"));
  upstream.peer(0).send(kOk);
  world.loop.run_until_idle();

  upstream.peer(0).forget();
  Client made(world, "GET", "/");
  made.add("x-request-id", std::string(200, 'x'));  // too long to be one
  made.start();
  world.await_request(upstream);
  const std::regex uuid(
      "x-request-id: [0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\r\n");
  EXPECT_TRUE(std::regex_search(upstream.peer(0).received(), uuid)) << upstream.peer(0).received();
  EXPECT_THAT(upstream.peer(0).received(), Not(HasSubstr("xxxx")));
  upstream.peer(0).send(kOk);
  world.loop.run_until_idle();
}

struct RefusedCase {
  const char* name;
  const char* method;
  const char* target;
  std::pair<const char*, const char*> field;
  std::uint16_t status;
};

const RefusedCase kRefused[] = {
    {"CONNECT", "CONNECT", "", {"x-a", "b"}, 501},
    {"unknown expectation", "GET", "/", {"expect", "tea"}, 417},
    {"path above the root", "GET", "/a/../../b", {"x-a", "b"}, 400},
    {"broken escape", "GET", "/%zz", {"x-a", "b"}, 400},
    {"no route", "GET", "/elsewhere", {"x-a", "b"}, 404},
};

TEST_P(Handling, RefusesWithoutAskingABackend) {
  for (const RefusedCase& test : kRefused) {
    SCOPED_TRACE(test.name);
    World world(GetParam());
    RawListener upstream;
    world.adopt({rule_to(World::backend("a", upstream), "/here")});
    Client client(world, test.method, test.target);
    client.add(test.field.first, test.field.second);
    client.run();
    EXPECT_EQ(client.response.status, test.status);
    EXPECT_EQ(client.response.field("content-type"), "application/problem+json");
    EXPECT_THAT(client.response.body, HasSubstr("\"status\":" + std::to_string(test.status)));
    EXPECT_EQ(client.response.length, http::BodyLength::known(client.response.body.size()));
    EXPECT_TRUE(client.response.ended);
    EXPECT_EQ(upstream.count(), 0U);
  }
}

TEST_P(Handling, MatchesThePathThatItForwards) {
  World world(GetParam());
  RawListener open, secret;
  world.adopt({rule_to(World::backend("open", open), "/open"),
               rule_to(World::backend("secret", secret), "/secret")});
  Client client(world, "GET", "/open/%2e%2e/secret?q=%2e%2e");
  client.start();
  world.await_request(secret);
  EXPECT_TRUE(secret.peer(0).received().starts_with("GET /secret?q=%2e%2e HTTP/1.1\r\n"));
  secret.peer(0).send(kOk);
  world.loop.run_until_idle();
}

TEST_P(Handling, AnswersWhatCannotBeForwardedWith500) {
  config::HttpRule unresolved = rule_to(nullptr, "/unresolved");
  unresolved.backends.front().error_status = 500;
  config::HttpRule invalid = rule_to(nullptr, "/invalid");
  invalid.invalid = true;
  config::HttpRule empty = rule_to(nullptr, "/empty");
  empty.backends.clear();
  for (const char* target : {"/unresolved", "/invalid", "/empty"}) {
    SCOPED_TRACE(target);
    World world(GetParam());
    world.adopt({unresolved, invalid, empty});
    Client client(world, "GET", target);
    client.run();
    EXPECT_EQ(client.response.status, 500);
    EXPECT_THAT(client.response.body, HasSubstr("the route has no usable backend"));
  }
}

TEST_P(Handling, SaysUnavailableWhenABackendHasNoEndpoint) {
  World world(GetParam());
  RawListener nobody;
  auto backend = World::backend("a", nobody);
  backend->destination = std::vector<config::Endpoint>();
  world.adopt({rule_to(backend)});
  Client client(world, "GET", "/");
  client.run();
  EXPECT_EQ(client.response.status, 503);
}

TEST_P(Handling, RedirectsWithoutABackend) {
  config::Filters filters;
  filters.redirect.emplace();
  filters.redirect->hostname = "b.example";
  filters.redirect->status = 301;
  config::HttpRule rule = rule_to(nullptr);
  rule.backends.clear();
  World world(GetParam());
  world.adopt({with_filters(rule, filters)});
  Client client(world, "GET", "/x?y=1");
  client.run();
  EXPECT_EQ(client.response.status, 301);
  EXPECT_EQ(client.response.field("location"), "http://b.example:8080/x?y=1");
  EXPECT_EQ(client.response.body, "");
}

TEST_P(Handling, AnswersPreflightsAndMarksActualAnswers) {
  World world(GetParam());
  RawListener upstream;
  config::Filters filters;
  filters.cors.emplace();
  filters.cors->allow_origins = {"https://app.example"};
  filters.cors->allow_methods = {"PUT"};
  world.adopt({with_filters(rule_to(World::backend("a", upstream)), filters)});

  Client preflight(world, "OPTIONS", "/");
  preflight.add("origin", "https://app.example").add("access-control-request-method", "PUT");
  preflight.run();
  EXPECT_EQ(preflight.response.status, 204);
  EXPECT_EQ(preflight.response.field("access-control-allow-origin"), "https://app.example");
  EXPECT_EQ(upstream.count(), 0U);

  Client actual(world, "PUT", "/");
  actual.add("origin", "https://app.example");
  actual.start();
  world.await_request(upstream);
  upstream.peer(0).send(
      "HTTP/1.1 200 OK\r\naccess-control-allow-origin: *\r\ncontent-length: 0\r\n\r\n");
  world.loop.run_until_idle();
  EXPECT_EQ(actual.response.field("access-control-allow-origin"), "https://app.example");
  EXPECT_EQ(actual.response.fields.count("access-control-allow-origin"), 1U);
}

TEST_P(Handling, EditsHeadersOfRuleAndBackendInTheirOrder) {
  World world(GetParam());
  RawListener upstream;
  config::Filters of_rule, of_backend;
  of_rule.request_headers.add = {{"x-way", "rule"}};
  of_rule.response_headers.add = {{"x-back", "rule"}};
  of_backend.request_headers.add = {{"x-way", "backend"}};
  of_backend.response_headers.add = {{"x-back", "backend"}};
  config::HttpRule rule = with_filters(rule_to(World::backend("a", upstream)), of_rule);
  rule.backends.front().filters = std::make_shared<const config::Filters>(of_backend);
  world.adopt({rule});
  Client client(world, "GET", "/");
  client.start();
  world.await_request(upstream);
  EXPECT_THAT(upstream.peer(0).received(), HasSubstr("x-way: rule,backend\r\n"));
  upstream.peer(0).send(kOk);
  world.loop.run_until_idle();
  EXPECT_EQ(client.response.field("x-back"), "backend,rule");
}

TEST_P(Handling, TakesHopByHopFieldsOffTheAnswer) {
  World world(GetParam());
  RawListener upstream;
  world.adopt({rule_to(World::backend("a", upstream))});
  Client client(world, "GET", "/");
  client.start();
  world.await_request(upstream);
  upstream.peer(0).send(
      "HTTP/1.1 200 OK\r\nconnection: x-hop\r\nx-hop: 1\r\nkeep-alive: 5\r\n"
      "transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nx-sum: 9\r\n\r\n");
  world.loop.run_until_idle();
  EXPECT_EQ(client.response.body, "abc");
  EXPECT_EQ(client.response.field("x-hop"), "");
  EXPECT_EQ(client.response.field("keep-alive"), "");
  EXPECT_EQ(client.response.field("transfer-encoding"), "");
  EXPECT_EQ(client.response.trailer_fields.count("x-sum"), 1U);
}

TEST_P(Handling, CutsAnAnswerThatBreaksOff) {
  World world(GetParam());
  RawListener upstream;
  world.adopt({rule_to(World::backend("a", upstream))});
  Client client(world, "GET", "/");
  client.start();
  world.await_request(upstream);
  upstream.peer(0).send("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf");
  world.loop.run_until([&] { return client.response.body == "half"; });
  upstream.peer(0).close();
  world.loop.run_until_idle();
  EXPECT_TRUE(client.response.aborted);
  EXPECT_FALSE(client.response.ended);
  EXPECT_THAT(world.log_text(), HasSubstr("\"termination\":\"upstream_reset\""));
}

TEST_P(Handling, EndsTheUpstreamWhenTheClientIsGone) {
  World world(GetParam());
  RawListener upstream;
  world.adopt({rule_to(World::backend("a", upstream))});
  Client client(world, "GET", "/");
  client.start();
  world.await_request(upstream);
  client.exchange.cancel_for(exchange::CancelReason::kClientGone);
  world.loop.run_until_idle();
  EXPECT_TRUE(upstream.peer(0).ended());
  EXPECT_TRUE(client.response.aborted);
  EXPECT_THAT(world.log_text(), HasSubstr("\"status\":499"));
}

TEST_P(Handling, RefusesARequestThatCouldNotBeRead) {
  World world(GetParam());
  world.adopt(std::vector<config::HttpRule>());
  Client client(world, "GET", "/");
  world.loop.group.spawn(refuse(client.exchange,
                                Error(ErrorCode::kHeadTooLarge, Origin::kDownstream, "too large"),
                                world.snapshot, world.port(), world.context));
  world.loop.run_until_idle();
  EXPECT_EQ(client.response.status, 431);
  EXPECT_TRUE(client.response.closes);
  EXPECT_THAT(world.log_text(), HasSubstr("\"status\":431"));
}

}  // namespace
}  // namespace tidegate::proxy
