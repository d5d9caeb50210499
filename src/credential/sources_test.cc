// Each source of credentials against scripted endpoints: what it asks, what it makes of the answer,
// and that no failure repeats a secret.
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "async/task_group.h"
#include "credential/aws.h"
#include "credential/fetch.h"
#include "credential/scripted_caller.h"
#include "credential/timestamp.h"
#include "digest/digest.h"
#include "support/certificates.h"
#include "support/pollers.h"

namespace tidegate::credential {
namespace {

constexpr const char* kOAuthReply =
    R"({"access_token":"token-1","token_type":"Bearer","expires_in":3600})";
constexpr const char* kInstanceKeys =
    R"({"Code":"Success","AccessKeyId":"ASIA1","SecretAccessKey":"sec","Token":"tok",)"
    R"("Expiration":"2099-01-01T00:00:00Z"})";
constexpr const char* kStsReply =
    "<R><Credentials><AccessKeyId>ASIA2</AccessKeyId><SecretAccessKey>sec2</SecretAccessKey>"
    "<SessionToken>tok2</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>"
    "</Credentials></R>";

class Sources : public ::testing::Test {
 protected:
  Result<Material> fetch_now(const config::Credentials& credentials) {
    const FetchContext context{caller, surroundings, loop.clock, scope};
    loop.group.spawn(run(credentials, context, *this));
    loop.run_until_idle();
    return std::move(*fetched);
  }
  static async::Task<void> run(const config::Credentials& credentials, const FetchContext& context,
                               Sources& test) {
    test.fetched.emplace(co_await fetch(credentials, context));
  }
  std::string field(std::size_t request, std::string_view name) const {
    for (const auto& [key, value] : caller.requests.at(request).fields) {
      if (key == name) return value;
    }
    return {};
  }

  testing::Loop loop{testing::PollerKind::kEpoll};
  ScriptedCaller caller{loop.reactor};
  ScriptedSurroundings surroundings;
  async::CancelScope scope;
  std::optional<Result<Material>> fetched;
};

config::Credentials make_aws(decltype(config::Aws::source) source) {
  config::Credentials credentials;
  auto& aws = credentials.source.emplace<config::Aws>();
  aws.region = "eu-west-1";
  aws.source = std::move(source);
  return credentials;
}

TEST_F(Sources, AwsKeysAreTakenAsTheyAre) {
  config::AwsKeys keys;
  keys.access_key_id = "AKIA";
  keys.secret_access_key = Secret("s");
  const auto material = fetch_now(make_aws(keys));
  ASSERT_TRUE(material);
  EXPECT_EQ(material->access_key_id, "AKIA");
  EXPECT_FALSE(material->expires);
  EXPECT_TRUE(caller.requests.empty());
}

TEST_F(Sources, AwsProfileIsReadFromTheUsualPlace) {
  surroundings.variables["HOME"] = "/var/lib/me";
  surroundings.files["/var/lib/me/.aws/credentials"] =
      "[work]\naws_access_key_id=AKIA9\naws_secret_access_key=s9\n";
  config::AwsProfile profile;
  profile.name = "work";
  const auto material = fetch_now(make_aws(profile));
  ASSERT_TRUE(material) << material.error().detail;
  EXPECT_EQ(material->access_key_id, "AKIA9");
  EXPECT_TRUE(material->expires);
}

TEST_F(Sources, AwsWebIdentityComesFromTheEnvironment) {
  surroundings.variables = {{"AWS_ROLE_ARN", "arn:aws:iam::1:role/r"},
                            {"AWS_WEB_IDENTITY_TOKEN_FILE", "/token"}};
  surroundings.files["/token"] = "jwt.of.pod\n";
  caller.answer(200, kStsReply);
  const auto material = fetch_now(make_aws(config::AwsWebIdentity()));
  ASSERT_TRUE(material) << material.error().detail;
  EXPECT_EQ(material->session_token.reveal(), "tok2");
  EXPECT_EQ(caller.requests[0].url, "https://sts.eu-west-1.amazonaws.com/");
  EXPECT_EQ(caller.requests[0].body,
            "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3A"
            "role%2Fr&RoleSessionName=tidegate&WebIdentityToken=jwt.of.pod");
  EXPECT_EQ(field(0, "authorization"), "");
}

TEST_F(Sources, AwsRoleIsAssumedWithASignedRequest) {
  config::AwsKeys keys;
  keys.access_key_id = "AKIA";
  keys.secret_access_key = Secret("s");
  auto credentials = make_aws(keys);
  config::AwsRole role;
  role.role_arn = "arn:aws:iam::1:role/r";
  role.external_id = "ext";
  std::get<config::Aws>(credentials.source).assume_role = role;
  caller.answer(200, kStsReply);
  const auto material = fetch_now(credentials);
  ASSERT_TRUE(material);
  EXPECT_EQ(material->access_key_id, "ASIA2");
  EXPECT_TRUE(field(0, "authorization").starts_with("AWS4-HMAC-SHA256 Credential=AKIA/"));
  EXPECT_NE(field(0, "authorization").find("/eu-west-1/sts/aws4_request"), std::string::npos);
  EXPECT_NE(caller.requests[0].body.find("&ExternalId=ext"), std::string::npos);
}

TEST_F(Sources, AwsInstanceRoleTakesThreeSteps) {
  caller.answer(200, "session");
  caller.answer(200, "my-role\n");
  caller.answer(200, kInstanceKeys);
  const auto material = fetch_now(make_aws(config::AwsInstance()));
  ASSERT_TRUE(material) << material.error().detail;
  EXPECT_EQ(material->access_key_id, "ASIA1");
  ASSERT_EQ(caller.requests.size(), 3U);
  EXPECT_EQ(caller.requests[0].method, "PUT");
  EXPECT_EQ(caller.requests[2].url,
            "http://169.254.169.254/latest/meta-data/iam/security-credentials/my-role");
  EXPECT_EQ(field(2, "x-aws-ec2-metadata-token"), "session");
  EXPECT_EQ(caller.requests[2].reach, Reach::kMetadata);
}

TEST_F(Sources, AwsInstanceWithoutARoleSaysSo) {
  caller.answer(200, "session");
  caller.answer(200, "<html>../../secrets");
  EXPECT_EQ(fetch_now(make_aws(config::AwsInstance())).error().detail,
            "metadata service: the instance has no role");
}

TEST_F(Sources, AwsPodIdentityShowsItsToken) {
  surroundings.variables = {
      {"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.170.23/v1/credentials"},
      {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/eks"}};
  surroundings.files["/eks"] = "pod-token";
  caller.answer(200, kInstanceKeys);
  ASSERT_TRUE(fetch_now(make_aws(config::AwsPodIdentity())));
  EXPECT_EQ(caller.requests[0].url, "http://169.254.170.23/v1/credentials");
  EXPECT_EQ(field(0, "authorization"), "pod-token");
}

TEST_F(Sources, GcpServiceAccountSignsAnAssertion) {
  config::Credentials credentials;
  auto& gcp = credentials.source.emplace<config::Gcp>();
  auto& account = gcp.source.emplace<config::GcpServiceAccount>();
  account.email = "me@p.iam.gserviceaccount.com";
  account.key_id = "k1";
  account.token_url = "https://oauth2.googleapis.com/token";
  account.private_key = testing::Authority("ca")
                            .issue({.dns_names = {"a"}, .key_type = testing::KeyType::kRsa})
                            .key_pem;
  caller.answer(200, kOAuthReply);
  const auto material = fetch_now(credentials);
  ASSERT_TRUE(material) << material.error().detail;
  EXPECT_EQ(material->secret.reveal(), "token-1");
  const std::string& body = caller.requests[0].body;
  EXPECT_TRUE(body.starts_with(
      "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=" +
      to_base64url(R"({"alg":"RS256","typ":"JWT","kid":"k1"})") + "."));
  EXPECT_NE(
      body.find(
          to_base64url(R"({"iss":"me@p.iam.gserviceaccount.com","scope":"https)").substr(0, 60)),
      std::string::npos);
}

TEST_F(Sources, GcpMetadataIsAskedForItsFlavor) {
  config::Credentials credentials;
  auto& gcp = credentials.source.emplace<config::Gcp>();
  gcp.source = config::GcpMetadata();
  gcp.scopes = {"a", "b"};
  surroundings.variables["GCE_METADATA_HOST"] = "127.0.0.1:1";
  caller.answer(200, kOAuthReply);
  ASSERT_TRUE(fetch_now(credentials));
  EXPECT_EQ(caller.requests[0].url,
            "http://127.0.0.1:1/computeMetadata/v1/instance/service-accounts/default/"
            "token?scopes=a%2Cb");
  EXPECT_EQ(field(0, "metadata-flavor"), "Google");
}

TEST_F(Sources, GcpFederationExchangesAndImpersonates) {
  config::Credentials credentials;
  auto& gcp = credentials.source.emplace<config::Gcp>();
  auto& identity = gcp.source.emplace<config::GcpWorkloadIdentity>();
  identity.audience = "//iam.googleapis.com/x";
  identity.token_file = "/token";
  identity.service_account = "sa@p";
  surroundings.files["/token"] = "subject";
  caller.answer(200, kOAuthReply);
  caller.answer(200, R"({"accessToken":"ya29.imp","expireTime":"2099-01-01T00:00:00Z"})");
  const auto material = fetch_now(credentials);
  ASSERT_TRUE(material) << material.error().detail;
  EXPECT_EQ(material->secret.reveal(), "ya29.imp");
  EXPECT_NE(caller.requests[0].body.find("&subject_token=subject"), std::string::npos);
  EXPECT_EQ(field(1, "authorization"), "Bearer token-1");
  EXPECT_NE(caller.requests[1].url.find("/serviceAccounts/sa%40p:generateAccessToken"),
            std::string::npos);
}

TEST_F(Sources, AzureClientSecretIsPosted) {
  config::Credentials credentials;
  auto& azure = credentials.source.emplace<config::Azure>();
  azure.tenant_id = "t1";
  azure.client_id = "c1";
  azure.source = config::AzureClientSecret(Secret("s&1"));
  caller.answer(200, kOAuthReply);
  ASSERT_TRUE(fetch_now(credentials));
  EXPECT_EQ(caller.requests[0].url, "https://login.microsoftonline.com/t1/oauth2/v2.0/token");
  EXPECT_EQ(caller.requests[0].body,
            "grant_type=client_credentials&client_id=c1&scope=https%3A%2F%2Fcognitiveservices."
            "azure.com%2F.default&client_secret=s%261");
}

TEST_F(Sources, AzureWorkloadIdentityComesFromTheEnvironment) {
  config::Credentials credentials;
  credentials.source.emplace<config::Azure>().source = config::AzureWorkloadIdentity();
  surroundings.variables = {{"AZURE_TENANT_ID", "t2"},
                            {"AZURE_CLIENT_ID", "c2"},
                            {"AZURE_AUTHORITY_HOST", "https://login.example/"},
                            {"AZURE_FEDERATED_TOKEN_FILE", "/fed"}};
  surroundings.files["/fed"] = "jwt";
  caller.answer(200, kOAuthReply);
  ASSERT_TRUE(fetch_now(credentials));
  EXPECT_EQ(caller.requests[0].url, "https://login.example/t2/oauth2/v2.0/token");
  EXPECT_TRUE(caller.requests[0].body.ends_with("&client_assertion=jwt"));
}

TEST_F(Sources, AzureManagedIdentityIsAskedForAResource) {
  config::Credentials credentials;
  credentials.source.emplace<config::Azure>().source = config::AzureManagedIdentity();
  caller.answer(200, kOAuthReply);
  ASSERT_TRUE(fetch_now(credentials));
  EXPECT_EQ(caller.requests[0].url,
            "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource="
            "https%3A%2F%2Fcognitiveservices.azure.com");
  EXPECT_EQ(field(0, "metadata"), "true");
  EXPECT_EQ(caller.requests[0].reach, Reach::kMetadata);
}

config::Credentials make_oauth(config::ClientAuthentication how) {
  config::Credentials credentials;
  auto& oauth = credentials.source.emplace<config::OAuth2>();
  oauth.token_url = "https://issuer.example/token";
  oauth.client_id = "id:1";
  oauth.client_secret = Secret("hunter2");
  oauth.scopes = {"a", "b"};
  oauth.authentication = how;
  return credentials;
}

TEST_F(Sources, OAuth2ShowsTheSecretInTheHeaderOrTheForm) {
  caller.answer(200, kOAuthReply);
  caller.answer(200, kOAuthReply);
  ASSERT_TRUE(fetch_now(make_oauth(config::ClientAuthentication::kBasic)));
  ASSERT_TRUE(fetch_now(make_oauth(config::ClientAuthentication::kPost)));
  EXPECT_EQ(field(0, "authorization"), "Basic " + to_base64("id%3A1:hunter2"));
  EXPECT_EQ(caller.requests[0].body, "grant_type=client_credentials&scope=a%20b");
  EXPECT_EQ(field(1, "authorization"), "");
  EXPECT_EQ(caller.requests[1].body,
            "grant_type=client_credentials&scope=a%20b&client_id=id%3A1&client_secret=hunter2");
}

TEST_F(Sources, RefusalsNameTheCodeAndNothingElse) {
  caller.answer(401, R"({"error":"invalid_client","error_description":"hunter2 is wrong"})");
  caller.answer(500, "<html>hunter2</html>");
  EXPECT_EQ(fetch_now(make_oauth(config::ClientAuthentication::kPost)).error().detail,
            "token endpoint answered 401 invalid_client");
  EXPECT_EQ(fetch_now(make_oauth(config::ClientAuthentication::kPost)).error().detail,
            "token endpoint answered 500");
}

TEST_F(Sources, TokenExchangeSendsTheSubject) {
  config::Credentials credentials;
  auto& exchange = credentials.source.emplace<config::TokenExchange>();
  exchange.token_url = "https://issuer.example/token";
  exchange.subject_token_file = "/subject";
  exchange.audience = "api";
  surroundings.files["/subject"] = "sub.j.wt";
  caller.answer(200, R"({"access_token":"t","issued_token_type":"x","token_type":"N_A"})");
  ASSERT_TRUE(fetch_now(credentials));
  EXPECT_EQ(caller.requests[0].body,
            "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange&subject_token="
            "sub.j.wt&subject_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Ajwt&audience="
            "api");
}

TEST_F(Sources, EmptyTokenFilesAreNamed) {
  config::Credentials credentials;
  credentials.source.emplace<config::TokenExchange>().subject_token_file = "/empty";
  surroundings.files["/empty"] = " \n";
  EXPECT_EQ(fetch_now(credentials).error().detail, "no token in /empty");
}

}  // namespace
}  // namespace tidegate::credential
