// Upstream credentials on their way: injected per try, the client's own kept back, refused ones
// replaced by others, failures told without a secret.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "proxy/proxy_fixture.h"

namespace tidegate::proxy {
namespace {

class Injected : public testing::EachPoller {
 protected:
  Injected() : world(GetParam()) {}

  template <class T>
  void adopt(T source) {
    auto credentials = std::make_shared<config::Credentials>();
    credentials->source = std::move(source);
    auto backend = World::backend("a", upstream);
    backend->credentials = std::move(credentials);
    world.adopt({rule_to(backend)});
  }
  std::string request() {
    world.await_request(upstream);
    return upstream.peer(0).take();
  }
  void answer(std::string_view status) {
    upstream.peer(0).send("HTTP/1.1 " + std::string(status) + "\r\ncontent-length: 2\r\n\r\nok");
  }

  World world;
  RawListener upstream;
};

config::ApiKeys two_keys() {
  config::ApiKeys keys;
  keys.keys.push_back({"authorization", "Bearer ", "", Secret("canary-one")});
  keys.keys.push_back({"authorization", "Bearer ", "", Secret("canary-two")});
  return keys;
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST_P(Injected, ARefusedKeyGivesWayToTheNextWithinOneExchange) {
  adopt(two_keys());
  Client client(world, "POST", "/", "hello");
  client.add("authorization", "Bearer clients");
  client.start();
  world.await_request(upstream, 0, "hello");
  const std::string first = upstream.peer(0).take();
  EXPECT_TRUE(has(first, "authorization: Bearer canary-one\r\n")) << first;
  EXPECT_FALSE(has(first, "clients")) << first;
  answer("429 Too Many Requests");
  world.await_request(upstream, 0, "hello");
  EXPECT_TRUE(has(upstream.peer(0).take(), "authorization: Bearer canary-two\r\n"));
  answer("200 OK");
  world.loop.run_until_idle();
  EXPECT_EQ(client.response.status, 200);
  EXPECT_FALSE(has(world.log_text(), "canary"));
}

TEST_P(Injected, WhenEveryKeyIsRefusedTheAnswerPasses) {
  adopt(two_keys());
  Client client(world, "GET", "/");
  client.start();
  request();
  answer("401 Unauthorized");
  request();
  answer("401 Unauthorized");
  world.loop.run_until_idle();
  EXPECT_EQ(client.response.status, 401);
  EXPECT_FALSE(has(client.response.body, "canary"));
}

TEST_P(Injected, ATokenIsFetchedAndShown) {
  config::OAuth2 oauth;
  oauth.token_url = "https://issuer.example/t";
  oauth.client_secret = Secret("canary-secret");
  adopt(oauth);
  world.token_calls.answer(200, R"({"access_token":"canary-token","expires_in":3600})");
  Client client(world, "GET", "/?key=clients&a=b");
  client.add("x-goog-api-key", "clients").add("x-amz-security-token", "clients");
  client.start();
  const std::string sent = request();
  EXPECT_TRUE(has(sent, "authorization: Bearer canary-token\r\n")) << sent;
  EXPECT_TRUE(sent.starts_with("GET /?a=b HTTP/1.1\r\n")) << sent;
  EXPECT_FALSE(has(sent, "clients")) << sent;
  answer("200 OK");
  world.loop.run_until_idle();
  EXPECT_FALSE(has(world.log_text(), "canary"));
}

TEST_P(Injected, TheCallersOwnTokenIsExchangedAndDoesNotGoUp) {
  config::TokenExchange exchange;
  exchange.token_url = "https://issuer.example/t";
  exchange.of_caller = true;
  adopt(exchange);
  world.token_calls.answer(200, R"({"access_token":"canary-token","expires_in":3600})");
  Client client(world, "GET", "/");
  client.add("authorization", "bearer canary-subject");
  client.start();
  const std::string sent = request();
  EXPECT_TRUE(has(sent, "authorization: Bearer canary-token\r\n")) << sent;
  EXPECT_FALSE(has(sent, "canary-subject")) << sent;
  EXPECT_TRUE(has(world.token_calls.requests.at(0).body, "&subject_token=canary-subject&"));
  answer("200 OK");
  world.loop.run_until_idle();
  EXPECT_EQ(client.response.status, 200);
  EXPECT_FALSE(has(world.log_text(), "canary"));
}

TEST_P(Injected, ACallerWhoseTokenIsNotTakenIsUnauthorized) {
  config::TokenExchange exchange;
  exchange.token_url = "https://issuer.example/t";
  exchange.of_caller = true;
  adopt(exchange);
  Client without(world, "GET", "/");
  without.run();
  EXPECT_EQ(without.response.status, 401);
  EXPECT_EQ(without.response.field("www-authenticate"), "Bearer");
  EXPECT_TRUE(world.token_calls.requests.empty());

  world.token_calls.answer(400, R"({"error":"invalid_grant","error_description":"canary"})");
  Client refused(world, "POST", "/v1/chat/completions", R"({"model":"m","messages":[]})");
  refused.add("authorization", "Bearer canary-subject").run();
  EXPECT_EQ(refused.response.status, 401);
  EXPECT_TRUE(has(refused.response.body, "invalid_token")) << refused.response.body;
  EXPECT_FALSE(has(refused.response.body + world.log_text(), "canary"));
  EXPECT_TRUE(has(world.log_text(), "answered 400 invalid_grant"));
  EXPECT_EQ(upstream.count(), 0U);
}

TEST_P(Injected, WithoutATokenNothingIsSentAndNobodyLearnsWhy) {
  config::OAuth2 oauth;
  oauth.token_url = "https://issuer.example/t";
  oauth.client_secret = Secret("canary-secret");
  adopt(oauth);
  world.token_calls.answer(400, R"({"error":"invalid_client","error_description":"canary-x"})");
  Client client(world, "GET", "/");
  client.run();
  EXPECT_EQ(client.response.status, 503);
  EXPECT_EQ(upstream.count(), 0U);
  EXPECT_FALSE(has(client.response.body, "invalid_client")) << client.response.body;
  EXPECT_FALSE(has(client.response.body + world.log_text(), "canary"));
}

TEST_P(Injected, AwsSignsWhatIsSent) {
  config::Aws aws;
  aws.region = "us-east-1";
  aws.source = config::AwsKeys{"AKIAEXAMPLE", Secret("canary-secret"), Secret()};
  adopt(aws);
  Client client(world, "POST", "/model/m/converse", "hello");
  client.add("authorization", "AWS4-HMAC-SHA256 Credential=clients")
      .add("x-amz-date", "20200101T000000Z");
  client.start();
  world.await_request(upstream, 0, "hello");
  const std::string sent = upstream.peer(0).take();
  EXPECT_TRUE(has(sent, "authorization: AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/")) << sent;
  EXPECT_FALSE(has(sent, "clients") || has(sent, "20200101T000000Z")) << sent;
  EXPECT_FALSE(has(sent, "canary")) << sent;
  answer("200 OK");
  world.loop.run_until_idle();
  EXPECT_EQ(client.response.status, 200);
}

TEST_P(Injected, TheClientsOwnPassesOnlyWhereTheBackendSaysSo) {
  adopt(config::NoKeys());
  Client kept(world, "GET", "/");
  kept.add("authorization", "Bearer clients");
  kept.start();
  EXPECT_FALSE(has(request(), "clients"));
  answer("200 OK");
  world.loop.run_until_idle();

  adopt(config::ClientsOwn());
  Client passed(world, "GET", "/");
  passed.add("authorization", "Bearer clients");
  passed.start();
  EXPECT_TRUE(has(request(), "authorization: Bearer clients\r\n"));
  answer("200 OK");
  world.loop.run_until_idle();
}

TEST_P(Injected, MirrorsGetCredentialsOfTheirOwn) {
  auto credentials = std::make_shared<config::Credentials>();
  credentials->source = two_keys();
  RawListener copies;
  auto mirror = World::backend("m", copies);
  mirror->credentials = credentials;
  config::Filters filters;
  filters.mirrors.emplace_back().backend = mirror;
  world.adopt({with_filters(rule_to(World::backend("a", upstream)), filters)});
  Client client(world, "GET", "/");
  client.add("authorization", "Bearer clients");
  client.start();
  world.await_request(copies);
  EXPECT_TRUE(has(copies.peer(0).received(), "authorization: Bearer canary-one\r\n"));
  EXPECT_TRUE(has(request(), "authorization: Bearer clients\r\n")) << "a Service gets the client's";
  answer("200 OK");
  copies.peer(0).send("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
  world.loop.run_until_idle();
}

TIDEGATE_ON_EACH_POLLER(Injected);

}  // namespace
}  // namespace tidegate::proxy
