// spec.credentials of a Backend: what the gateway shows to it in place of the client's own keys.
//
//   credentials:
//     apiKey: {secretRef: {name: openai, key: api-key}, header, queryParameter, prefix}
//   | apiKeys: [..]
//   | aws: {region, service, stsEndpoint,
//           secretRef | profile: {name, file} | webIdentity: {roleArn, tokenFile, sessionName}
//           | instance: {} | podIdentity: {},
//           assumeRole: {roleArn, externalId, sessionName}}
//   | gcp: {secretRef | metadata: {account}
//           | workloadIdentity: {audience, tokenFile, tokenType, tokenUrl, serviceAccount}, scopes}
//   | azure: {tenantId, clientId, authority, scope,
//             secretRef | workloadIdentity: {tokenFile} | managedIdentity: {}}
//   | oauth2: {tokenUrl, clientId, secretRef, authentication, scopes, audience}
//   | tokenExchange: {tokenUrl, clientId, secretRef, authentication,
//                     subjectToken: {secretRef | file, type}, requestedTokenType, scopes, audience,
//                     resource}
//   | passthrough: true
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "resource/references.h"

namespace tidegate::resource {

// A value of a Secret. An empty key: the usual one of that kind of credential.
struct SecretKeyReference {
  SecretObjectReference secret;
  std::string key;
};

// credentials.apiKey: injected by the gateway.
struct BackendApiKey {
  SecretObjectReference secret_ref;
  std::string key = "api-key";        // in the Secret's data
  std::optional<std::string> header;  // absent: as the dialect wants it (authorization, x-api-key)
  std::optional<std::string> prefix;  // absent: "Bearer " for authorization, else none
  std::optional<std::string> query_parameter;  // in place of a header
};

struct BackendApiKeys {
  std::vector<BackendApiKey> keys;  // 1..16
};

struct AwsProfileSource {
  std::string name = "default";
  std::string file;  // empty: AWS_SHARED_CREDENTIALS_FILE or ~/.aws/credentials
};
struct AwsWebIdentitySource {
  std::string role_arn;
  std::string token_file;
  std::string session_name;
};
struct AwsInstanceSource {};
struct AwsPodIdentitySource {};
struct AwsAssumedRole {
  std::string role_arn;
  std::string external_id;
  std::string session_name;
};
struct BackendAwsCredentials {
  std::string service = "bedrock";
  std::string region;
  std::string sts_endpoint;
  // The Secret has accessKeyId, secretAccessKey and maybe sessionToken.
  std::variant<SecretObjectReference, AwsProfileSource, AwsWebIdentitySource, AwsInstanceSource,
               AwsPodIdentitySource>
      source;
  std::optional<AwsAssumedRole> assume_role;
};

struct GcpMetadataSource {
  std::string account = "default";
};
struct GcpWorkloadIdentitySource {
  std::string audience;
  std::string token_file;
  std::string token_type;
  std::string token_url;
  std::string service_account;
};
struct BackendGcpCredentials {
  // The Secret's value is a service account's JSON key.
  std::variant<SecretKeyReference, GcpMetadataSource, GcpWorkloadIdentitySource> source;
  std::vector<std::string> scopes;
};

struct AzureWorkloadIdentitySource {
  std::string token_file;
};
struct AzureManagedIdentitySource {};
struct BackendAzureCredentials {
  std::string tenant_id;
  std::string client_id;
  std::string authority;
  std::string scope;
  std::variant<SecretKeyReference, AzureWorkloadIdentitySource, AzureManagedIdentitySource> source;
};

enum class ClientAuthentication : std::uint8_t { kBasic, kPost };

struct BackendOAuth2Credentials {
  std::string token_url;
  std::string client_id;
  SecretKeyReference secret_ref;
  ClientAuthentication authentication = ClientAuthentication::kBasic;
  std::vector<std::string> scopes;
  std::string audience;
};

struct BackendTokenExchange {
  std::string token_url;
  std::string client_id;
  std::optional<SecretKeyReference> secret_ref;
  ClientAuthentication authentication = ClientAuthentication::kBasic;
  std::optional<SecretKeyReference> subject_ref;
  std::string subject_file;
  bool subject_of_caller = false;  // fromCaller: the caller's own bearer token
  std::string subject_type;
  std::string requested_token_type;
  std::vector<std::string> scopes;
  std::string audience;
  std::string resource;
};

// passthrough: true.
struct BackendPassthrough {};

using BackendCredentials =
    std::variant<BackendApiKeys, BackendAwsCredentials, BackendGcpCredentials,
                 BackendAzureCredentials, BackendOAuth2Credentials, BackendTokenExchange,
                 BackendPassthrough>;

}  // namespace tidegate::resource
