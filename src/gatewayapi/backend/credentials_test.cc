// Credentials of our Backend kind with their Secrets: what the data plane gets, and what the status
// says of Secrets that are missing or unusable.
#include "gatewayapi/backend/credentials.h"

#include <gtest/gtest.h>

#include "gatewayapi/fixture/cluster.h"

namespace tidegate::gatewayapi {
namespace {

using namespace fixture;

constexpr char kGood[] = "Accepted=True/Accepted ResolvedRefs=True/ResolvedRefs";
constexpr char kInvalid[] = "Accepted=False/Invalid ResolvedRefs=True/ResolvedRefs";
constexpr char kMissing[] = "Accepted=True/Accepted ResolvedRefs=False/SecretNotFound";

Cluster with_credentials(std::optional<resource::BackendCredentials> credentials) {
  Cluster cluster;
  cluster.add(gateway("ai/gw", {listener("http", "HTTP", 80)}));
  cluster.add(http_route("ai/r", {parent("gw")}, {rule("/", {to(backend_ref("b"))})}));
  resource::Backend object;
  object.meta = meta("ai/b");
  object.destination = resource::FqdnDestination{"api.example.com"};
  object.credentials = std::move(credentials);
  cluster.add(std::move(object));
  return cluster;
}

std::shared_ptr<const config::Backend> backend_of(const Compilation& result) {
  const auto listener = find_config(result, "Gateway/ai/gw/http");
  return listener->http_routes[0]->rules->at(0).backends.at(0).backend;
}

std::string status_of(const Compilation& result) {
  return describe(result.statuses().backends.at(0).conditions);
}

resource::SecretKeyReference key_of(std::string_view name) { return {secret_ref(name), ""}; }

TEST(BackendCredentials, WithoutAnyTheClientsKeysStayHere) {
  auto cluster = with_credentials(std::nullopt);
  const auto backend = backend_of(cluster.compile());
  ASSERT_NE(backend->credentials, nullptr);
  EXPECT_TRUE(std::holds_alternative<config::NoKeys>(backend->credentials->source));
}

TEST(BackendCredentials, PassthroughLetsTheClientsKeysPass) {
  auto cluster = with_credentials(resource::BackendPassthrough());
  EXPECT_TRUE(backend_of(cluster.compile())->credentials->pass_clients_own());
}

TEST(BackendCredentials, SeveralKeysAreFollowedAndRotate) {
  resource::BackendApiKeys keys;
  keys.keys.resize(2);
  keys.keys[0].secret_ref = secret_ref("one");
  keys.keys[1].secret_ref = secret_ref("two");
  keys.keys[1].query_parameter = "key";
  auto cluster = with_credentials(keys);
  cluster.add(secret("ai/one", {{"api-key", "k1"}}));
  cluster.add(secret("ai/two", {{"api-key", "k2\n"}}));
  const auto before = backend_of(cluster.compile());
  const auto& made = std::get<config::ApiKeys>(before->credentials->source).keys;
  ASSERT_EQ(made.size(), 2U);
  EXPECT_EQ(made[0], (config::PlacedKey{"authorization", "Bearer ", "", Secret("k1")}));
  EXPECT_EQ(made[1], (config::PlacedKey{"", "", "key", Secret("k2")}));

  cluster.add(secret("ai/two", {{"api-key", "k3"}}));
  const auto after = backend_of(cluster.compile());
  EXPECT_NE(after, before);
  EXPECT_EQ(std::get<config::ApiKeys>(after->credentials->source).keys[1].key, Secret("k3"));
}

TEST(BackendCredentials, UnchangedSecretsKeepTheBackend) {
  auto cluster = with_credentials(resource::BackendOAuth2Credentials{
      .token_url = "https://i.example/t", .client_id = "c", .secret_ref = key_of("s")});
  cluster.add(secret("ai/s", {{"client-secret", "x"}}));
  const auto before = backend_of(cluster.compile());
  cluster.add(secret("ai/other", {{"a", "b"}}));
  EXPECT_EQ(backend_of(cluster.compile()), before);
}

TEST(BackendCredentials, AwsKeysComeFromOneSecret) {
  resource::BackendAwsCredentials aws;
  aws.region = "us-east-1";
  aws.source = secret_ref("aws");
  auto cluster = with_credentials(aws);
  EXPECT_EQ(status_of(cluster.compile()), kMissing);
  cluster.add(secret("ai/aws", {{"accessKeyId", "AKIA"}, {"secretAccessKey", "s"}}));
  const Compilation& result = cluster.compile();
  EXPECT_EQ(status_of(result), kGood);
  const auto backend = backend_of(result);
  const auto& made = std::get<config::Aws>(backend->credentials->source);
  EXPECT_EQ(std::get<config::AwsKeys>(made.source),
            (config::AwsKeys{"AKIA", Secret("s"), Secret()}));
  EXPECT_EQ(made.region, "us-east-1");
}

TEST(BackendCredentials, ServiceAccountKeysAreChecked) {
  struct Case {
    const char* json;
    const char* expected;
  };
  const Case cases[] = {
      {"hunter2", "the value is no JSON object"},
      {R"({"type":"authorized_user","refresh_token":"hunter2"})",
       "the type of the key is not service_account"},
      {R"({"type":"service_account","private_key":"hunter2"})", "client_email is missing"},
      {R"({"type":"service_account","client_email":"a@b","private_key":"hunter2"})",
       "private_key is no private key in PEM form"},
  };
  for (const Case& c : cases) {
    auto cluster = with_credentials(resource::BackendGcpCredentials{.source = key_of("sa")});
    cluster.add(secret("ai/sa", {{"service-account.json", c.json}}));
    const Compilation& result = cluster.compile();
    EXPECT_EQ(status_of(result), kInvalid) << c.json;
    EXPECT_EQ(backend_of(result), nullptr);
    const std::string said = result.statuses().backends.at(0).conditions.at(0).message;
    EXPECT_NE(said.find(c.expected), std::string::npos) << said;
    EXPECT_EQ(said.find("hunter2"), std::string::npos) << said;
  }
}

TEST(BackendCredentials, KeysThatNoHeaderCanCarryAreRefused) {
  resource::BackendApiKeys keys;
  keys.keys.resize(1);
  keys.keys[0].secret_ref = secret_ref("one");
  auto cluster = with_credentials(keys);
  cluster.add(secret("ai/one", {{"api-key", "hunter2\r\nx: y"}}));
  EXPECT_EQ(status_of(cluster.compile()), kInvalid);
}

}  // namespace
}  // namespace tidegate::gatewayapi
