// Credentials on the head of a request: where they go, what they replace, and what a refusal does.
#include "credential/authorization.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "credential/scripted_caller.h"
#include "stream/memory_body.h"
#include "support/pollers.h"

namespace tidegate::credential {
namespace {

class Authorize : public ::testing::Test {
 protected:
  Authorize() {
    head.method = "POST";
    head.authority = "bedrock-runtime.us-east-1.amazonaws.com";
    head.target = "/model/a%3A0/converse?x=1";
    head.fields.add("content-type", "application/json");
  }
  template <class T>
  Authorization make(T source) {
    auto credentials = std::make_shared<config::Credentials>();
    credentials->source = std::move(source);
    backend = std::make_shared<config::Backend>();
    backend->id = "Backend/ns/b";
    backend->credentials = std::move(credentials);
    return Authorization(store, *backend, arena);
  }
  void apply(Authorization& authorization) {
    loop.group.spawn(run(authorization, *this));
    loop.run_until_idle();
  }
  static async::Task<void> run(Authorization& authorization, Authorize& test) {
    auto applied = co_await authorization.apply(test.head, test.body, test.scope);
    test.error = applied ? "" : applied.error().detail;
  }
  bool answered(Authorization& authorization, std::uint16_t status) {
    http::ResponseHead response(arena);
    response.status = status;
    return authorization.on_answer(response);
  }
  std::string field(std::string_view name) const {
    return std::string(head.fields.find(name).value_or(""));
  }

  testing::Loop loop{testing::PollerKind::kEpoll};
  async::TaskGroup background{loop.reactor};
  async::CancelScope stopping;
  async::CancelScope scope;
  ScriptedCaller caller{loop.reactor};
  ScriptedSurroundings surroundings;
  Store store{CacheParts{loop.reactor, background, stopping, caller, surroundings}};
  std::shared_ptr<config::Backend> backend;
  Arena arena;
  http::RequestHead head{arena};
  stream::MemoryBody body{"{}"};
  std::string error;
};

config::ApiKeys make_keys(std::initializer_list<config::PlacedKey> keys) {
  config::ApiKeys made;
  made.keys = keys;
  return made;
}

config::Aws make_aws(std::string service) {
  config::Aws aws;
  aws.service = std::move(service);
  aws.region = "us-east-1";
  aws.source = config::AwsKeys{"AKIA", Secret("s"), Secret("session")};
  return aws;
}

TEST_F(Authorize, KeysTakeTurnsWhereTheyBelong) {
  auto authorization = make(make_keys({{"x-api-key", "", "", Secret("k1")},
                                       {"", "", "key", Secret("k&2")},
                                       {"authorization", "Bearer ", "", Secret("k3")}}));
  apply(authorization);
  EXPECT_EQ(field("x-api-key"), "k1");
  EXPECT_TRUE(answered(authorization, 429));
  apply(authorization);
  EXPECT_EQ(field("x-api-key"), "");
  EXPECT_EQ(head.target, "/model/a%3A0/converse?x=1&key=k%262");
  EXPECT_TRUE(answered(authorization, 401));
  apply(authorization);
  EXPECT_EQ(head.target, "/model/a%3A0/converse?x=1");
  EXPECT_EQ(field("authorization"), "Bearer k3");
  EXPECT_FALSE(answered(authorization, 429)) << "each key once";
}

TEST_F(Authorize, TheNextExchangeBeginsWithAKeyThatWorked) {
  const auto keys =
      make_keys({{"x-api-key", "", "", Secret("k1")}, {"x-api-key", "", "", Secret("k2")}});
  auto first = make(keys);
  apply(first);
  EXPECT_TRUE(answered(first, 401));
  Authorization second(store, *backend, arena);
  apply(second);
  EXPECT_EQ(field("x-api-key"), "k2");
  EXPECT_FALSE(answered(second, 200));
}

TEST_F(Authorize, AKeyInTheQueryReplacesAnotherOfThatName) {
  head.target = "/p?key=clients&a=1";
  auto authorization = make(make_keys({{"", "", "key", Secret("ours")}}));
  apply(authorization);
  EXPECT_EQ(head.target, "/p?a=1&key=ours");
}

TEST_F(Authorize, AwsSignsEachTryAnew) {
  auto authorization = make(make_aws("bedrock"));
  apply(authorization);
  const std::string first = field("authorization");
  EXPECT_TRUE(first.starts_with("AWS4-HMAC-SHA256 Credential=AKIA/")) << first;
  EXPECT_NE(first.find("SignedHeaders=content-type;host;x-amz-date;x-amz-security-token,"),
            std::string::npos);
  EXPECT_EQ(field("x-amz-security-token"), "session");
  EXPECT_EQ(field("x-amz-content-sha256"), "");
  loop.clock.ahead += std::chrono::seconds(5);
  apply(authorization);
  EXPECT_NE(field("authorization"), first);
  EXPECT_EQ(head.fields.fields().size(), 4U) << "fields are replaced, not added";
}

TEST_F(Authorize, AwsSignsWhatTheBodyIs) {
  auto authorization = make(make_aws("bedrock"));
  apply(authorization);
  const std::string signature = field("authorization");
  Authorization other(store, *backend, arena);
  body = stream::MemoryBody("{\"a\":1}");
  apply(other);
  EXPECT_NE(field("authorization"), signature);
  EXPECT_TRUE(needs_whole_body(*backend));
}

TEST_F(Authorize, S3WantsTheHashInAField) {
  auto authorization = make(make_aws("s3"));
  apply(authorization);
  EXPECT_EQ(field("x-amz-content-sha256"),
            "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
  EXPECT_NE(field("authorization").find(";x-amz-content-sha256;"), std::string::npos);
}

TEST_F(Authorize, ATokenThatIsRefusedIsFetchedAnewOnce) {
  config::OAuth2 oauth;
  oauth.token_url = "https://issuer.example/t";
  auto authorization = make(oauth);
  caller.answer(200, R"({"access_token":"one","expires_in":3600})");
  apply(authorization);
  EXPECT_EQ(field("authorization"), "Bearer one");
  loop.clock.ahead += std::chrono::minutes(1);
  EXPECT_TRUE(answered(authorization, 401));
  caller.answer(200, R"({"access_token":"two","expires_in":3600})");
  apply(authorization);
  EXPECT_EQ(field("authorization"), "Bearer two");
  EXPECT_FALSE(answered(authorization, 401));
  EXPECT_FALSE(needs_whole_body(*backend));
}

TEST_F(Authorize, FailuresNameTheBackend) {
  auto authorization = make(config::OAuth2());
  caller.answer(400, R"({"error":"invalid_scope"})");
  apply(authorization);
  EXPECT_EQ(error, "no credentials for Backend/ns/b: token endpoint answered 400 invalid_scope");
}

TEST_F(Authorize, AChangedSecretBeginsAnewAndOthersStay) {
  config::OAuth2 oauth;
  oauth.client_secret = Secret("s1");
  make(oauth);
  const auto kept = store.find(*backend);
  const auto find = [this](const std::string&) { return backend; };
  auto same = std::make_shared<config::Backend>(*backend);
  same->credentials = std::make_shared<config::Credentials>(*backend->credentials);
  backend = same;
  store.adopt(find);
  EXPECT_EQ(store.find(*backend), kept);
  oauth.client_secret = Secret("s2");
  auto changed = std::make_shared<config::Credentials>();
  changed->source = oauth;
  backend->credentials = changed;
  store.adopt(find);
  EXPECT_NE(store.find(*backend), kept);
}

}  // namespace
}  // namespace tidegate::credential
