// spec.credentials of Backends: every source is read, every problem told with its path.
#include <gtest/gtest.h>

#include <string>

#include "decode/decode_harness.h"

namespace tidegate::decode {
namespace {

Outcome decode_credentials(const std::string& credentials) {
  return decode_text(
      "apiVersion: tidegate.dev/v1alpha1\nkind: Backend\nmetadata: {name: b}\nspec:\n"
      "  destination: {type: Fqdn, fqdn: {hostname: api.example.com}}\n  credentials: " +
      credentials + "\n");
}

template <class T>
T read(const std::string& credentials) {
  const auto outcome = decode_credentials(credentials);
  EXPECT_EQ(outcome.problems, "");
  return std::get<T>(outcome.set.backends.at(0)->credentials.value());
}

TEST(DecodeCredentials, ReadsSeveralKeys) {
  const auto keys = read<resource::BackendApiKeys>(
      "{apiKeys: [{secretRef: {name: a}}, {secretRef: {name: b, key: k}, queryParameter: key}]}");
  ASSERT_EQ(keys.keys.size(), 2U);
  EXPECT_EQ(keys.keys[0].key, "api-key");
  EXPECT_EQ(keys.keys[1].key, "k");
  EXPECT_EQ(keys.keys[1].query_parameter, "key");
}

TEST(DecodeCredentials, ReadsAws) {
  const auto aws = read<resource::BackendAwsCredentials>(
      "{aws: {region: us-east-1, webIdentity: {roleArn: 'arn:aws:iam::123456789012:role/a'}, "
      "assumeRole: {roleArn: 'arn:aws:iam::123456789012:role/b', externalId: x, sessionName: s1}, "
      "stsEndpoint: 'https://sts.internal'}}");
  EXPECT_EQ(aws.service, "bedrock");
  EXPECT_EQ(std::get<resource::AwsWebIdentitySource>(aws.source).role_arn,
            "arn:aws:iam::123456789012:role/a");
  EXPECT_EQ(aws.assume_role->external_id, "x");
  EXPECT_EQ(aws.sts_endpoint, "https://sts.internal");
  const auto instance = read<resource::BackendAwsCredentials>(
      "{aws: {region: us-east-1, service: sagemaker, instance: {}}}");
  EXPECT_TRUE(std::holds_alternative<resource::AwsInstanceSource>(instance.source));
  const auto secret =
      read<resource::BackendAwsCredentials>("{aws: {region: x, secretRef: {name: keys}}}");
  EXPECT_EQ(std::get<resource::SecretObjectReference>(secret.source).name, "keys");
}

TEST(DecodeCredentials, ReadsGcp) {
  const auto gcp = read<resource::BackendGcpCredentials>(
      "{gcp: {workloadIdentity: {audience: //iam, tokenFile: /t, serviceAccount: a@b}, "
      "scopes: [s1]}}");
  EXPECT_EQ(std::get<resource::GcpWorkloadIdentitySource>(gcp.source).service_account, "a@b");
  EXPECT_EQ(gcp.scopes, std::vector<std::string>{"s1"});
  const auto metadata = read<resource::BackendGcpCredentials>("{gcp: {metadata: {}}}");
  EXPECT_EQ(std::get<resource::GcpMetadataSource>(metadata.source).account, "default");
}

TEST(DecodeCredentials, ReadsAzure) {
  const auto azure = read<resource::BackendAzureCredentials>(
      "{azure: {tenantId: t, clientId: c, secretRef: {name: s, key: k}, scope: x}}");
  EXPECT_EQ(std::get<resource::SecretKeyReference>(azure.source).key, "k");
  const auto managed = read<resource::BackendAzureCredentials>("{azure: {managedIdentity: {}}}");
  EXPECT_TRUE(std::holds_alternative<resource::AzureManagedIdentitySource>(managed.source));
}

TEST(DecodeCredentials, ReadsOAuth2AndTokenExchange) {
  const auto oauth = read<resource::BackendOAuth2Credentials>(
      "{oauth2: {tokenUrl: 'http://127.0.0.1:9/t', clientId: c, secretRef: {name: s}, "
      "authentication: Post, audience: a}}");
  EXPECT_EQ(oauth.authentication, resource::ClientAuthentication::kPost);
  const auto exchange = read<resource::BackendTokenExchange>(
      "{tokenExchange: {tokenUrl: 'https://i.example/t', subjectToken: {file: /t, type: y}}}");
  EXPECT_EQ(exchange.subject_file, "/t");
  EXPECT_EQ(exchange.subject_type, "y");
  const auto on_behalf = read<resource::BackendTokenExchange>(
      "{tokenExchange: {tokenUrl: 'https://i.example/t', subjectToken: {fromCaller: true}}}");
  EXPECT_TRUE(on_behalf.subject_of_caller);
}

TEST(DecodeCredentials, ReadsPassthrough) {
  read<resource::BackendPassthrough>("{passthrough: true}");
}

TEST(DecodeCredentials, ReadsALogin) {
  const auto outcome = decode_credentials("{login: {secretRef: {name: redis, namespace: vault}}}");
  EXPECT_EQ(outcome.problems, "");
  const auto& login = outcome.set.backends.at(0)->login;
  ASSERT_TRUE(login);
  EXPECT_EQ(login->name, "redis");
  EXPECT_EQ(login->namespace_, "vault");
}

TEST(DecodeCredentials, TellsEveryProblemWithItsPath) {
  constexpr const char* kPlace = "t.yaml:6: Backend default/b: spec.credentials";
  struct Case {
    const char* credentials;
    const char* problems;  // each after kPlace
  };
  const Case cases[] = {
      {"{}",
       ": must have exactly one of apiKey, apiKeys, aws, gcp, azure, oauth2, tokenExchange, "
       "passthrough, login\n"},
      {"{apiKey: {secretRef: {name: a}}, passthrough: true}",
       ": must have exactly one of apiKey, apiKeys, aws, gcp, azure, oauth2, tokenExchange, "
       "passthrough, login\n"},
      {"{passthrough: false}",
       ".passthrough: must be true; leave it out where the client's keys do not pass\n"},
      {"{apiKey: {secretRef: {name: a}, queryParameter: key, header: x}}",
       ".apiKey.header: must be absent beside queryParameter\n"},
      {"{aws: {region: r, instance: {}, podIdentity: {}}}",
       ".aws: must have exactly one of secretRef, profile, webIdentity, instance, podIdentity\n"},
      {"{gcp: {metadata: {acount: x}}}",
       ".gcp.metadata.acount: unknown field; did you mean \"account\"?\n"},
      {"{azure: {secretRef: {name: s}, clientId: c}}",
       ".azure.tenantId: is required beside secretRef\n"},
      {"{oauth2: {tokenUrl: 'http://issuer.example/t', clientId: c, secretRef: {name: s}}}",
       ".oauth2.tokenUrl: must be an https URL (or http on localhost) without user information, "
       "not \"http://issuer.example/t\"\n"},
      {"{tokenExchange: {tokenUrl: 'https://i.example', subjectToken: {}}}",
       ".tokenExchange.subjectToken: must have exactly one of secretRef, file, "
       "fromCaller\n"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(decode_credentials(c.credentials).problems, std::string(kPlace) + c.problems)
        << c.credentials;
  }
}

TEST(DecodeCredentials, RefusesPlainHttpToHostsThatOnlyBeginLikeThisMachine) {
  for (const char* url : {"http://localhost.evil.example/", "http://127.0.0.1.evil.example/",
                          "https://", "https:///x", "https://user@host/", "ftp://x"}) {
    EXPECT_NE(decode_credentials(std::string("{oauth2: {clientId: c, secretRef: {name: s}, "
                                             "tokenUrl: '") +
                                 url + "'}}")
                  .problems,
              "")
        << url;
  }
}

}  // namespace
}  // namespace tidegate::decode
