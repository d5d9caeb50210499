// What the gateway shows to a backend in place of the client's own keys, with every Secret
// resolved. Empty texts mean: as the environment says, or the provider's default (see
// docs/reference).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/secret.h"

namespace tidegate::config {

// A key and where it goes: a header field, or a query parameter when that is set.
struct PlacedKey {
  std::string header;
  std::string prefix;  // before the key in the header
  std::string query_parameter;
  Secret key;
  friend bool operator==(const PlacedKey&, const PlacedKey&) = default;
};

// At least one; the others take over from one that the upstream refuses.
struct ApiKeys {
  std::vector<PlacedKey> keys;
  friend bool operator==(const ApiKeys&, const ApiKeys&) = default;
};

struct AwsKeys {
  std::string access_key_id;
  Secret secret_access_key;
  Secret session_token;  // empty: long-lived keys
  friend bool operator==(const AwsKeys&, const AwsKeys&) = default;
};
// A profile of the shared credentials file, read again at each refresh.
struct AwsProfile {
  std::string name = "default";
  std::string file;
  friend bool operator==(const AwsProfile&, const AwsProfile&) = default;
};
// AssumeRoleWithWebIdentity with the token in a file (IRSA).
struct AwsWebIdentity {
  std::string role_arn;
  std::string token_file;
  std::string session_name;
  friend bool operator==(const AwsWebIdentity&, const AwsWebIdentity&) = default;
};
// The role of an EC2 instance, by IMDSv2.
struct AwsInstance {
  friend bool operator==(const AwsInstance&, const AwsInstance&) = default;
};
// The container credentials endpoint: EKS Pod Identity, ECS.
struct AwsPodIdentity {
  friend bool operator==(const AwsPodIdentity&, const AwsPodIdentity&) = default;
};
struct AwsRole {
  std::string role_arn;
  std::string external_id;
  std::string session_name;
  friend bool operator==(const AwsRole&, const AwsRole&) = default;
};
struct Aws {
  std::string service = "bedrock";
  std::string region;
  std::string sts_endpoint;
  std::variant<AwsKeys, AwsProfile, AwsWebIdentity, AwsInstance, AwsPodIdentity> source;
  std::optional<AwsRole> assume_role;  // with what the source gives
  friend bool operator==(const Aws&, const Aws&) = default;
};

// A service account's JSON key.
struct GcpServiceAccount {
  std::string email;
  std::string key_id;
  std::string token_url;
  Secret private_key;
  friend bool operator==(const GcpServiceAccount&, const GcpServiceAccount&) = default;
};
struct GcpMetadata {
  std::string account = "default";
  friend bool operator==(const GcpMetadata&, const GcpMetadata&) = default;
};
struct GcpWorkloadIdentity {
  std::string audience;  // "//iam.googleapis.com/projects/.../providers/..."
  std::string token_file;
  std::string token_type;       // of the file's token
  std::string token_url;        // of the Security Token Service
  std::string service_account;  // impersonated; empty: the federated token itself
  friend bool operator==(const GcpWorkloadIdentity&, const GcpWorkloadIdentity&) = default;
};
struct Gcp {
  std::variant<GcpServiceAccount, GcpMetadata, GcpWorkloadIdentity> source;
  std::vector<std::string> scopes;
  friend bool operator==(const Gcp&, const Gcp&) = default;
};

struct AzureClientSecret {
  Secret secret;
  friend bool operator==(const AzureClientSecret&, const AzureClientSecret&) = default;
};
struct AzureWorkloadIdentity {
  std::string token_file;
  friend bool operator==(const AzureWorkloadIdentity&, const AzureWorkloadIdentity&) = default;
};
struct AzureManagedIdentity {
  friend bool operator==(const AzureManagedIdentity&, const AzureManagedIdentity&) = default;
};
struct Azure {
  std::string tenant_id;
  std::string client_id;
  std::string authority;  // "https://login.microsoftonline.com"
  std::string scope;
  std::variant<AzureClientSecret, AzureWorkloadIdentity, AzureManagedIdentity> source;
  friend bool operator==(const Azure&, const Azure&) = default;
};

// How a client shows its secret to a token endpoint (RFC 6749 2.3.1).
enum class ClientAuthentication : std::uint8_t { kBasic, kPost };

struct OAuth2 {
  std::string token_url;
  std::string client_id;
  Secret client_secret;
  ClientAuthentication authentication = ClientAuthentication::kBasic;
  std::vector<std::string> scopes;
  std::string audience;
  friend bool operator==(const OAuth2&, const OAuth2&) = default;
};

// RFC 8693.
struct TokenExchange {
  std::string token_url;
  std::string client_id;  // empty: no client authentication
  Secret client_secret;
  ClientAuthentication authentication = ClientAuthentication::kBasic;
  Secret subject_token;  // empty: in subject_token_file
  std::string subject_token_file;
  bool of_caller = false;  // the subject is each caller's own bearer token instead
  std::string subject_token_type;
  std::string requested_token_type;
  std::vector<std::string> scopes;
  std::string audience;
  std::string resource;
  friend bool operator==(const TokenExchange&, const TokenExchange&) = default;
};

// Nothing: the client's own keys do not leave the gateway.
struct NoKeys {
  friend bool operator==(const NoKeys&, const NoKeys&) = default;
};
// The client's own keys pass.
struct ClientsOwn {
  friend bool operator==(const ClientsOwn&, const ClientsOwn&) = default;
};

struct Credentials {
  std::variant<NoKeys, ClientsOwn, ApiKeys, Aws, Gcp, Azure, OAuth2, TokenExchange> source;

  bool pass_clients_own() const { return std::holds_alternative<ClientsOwn>(source); }
  // Whether the gateway puts something into each request.
  bool are_injected() const {
    return !std::holds_alternative<NoKeys>(source) && !pass_clients_own();
  }
  friend bool operator==(const Credentials&, const Credentials&) = default;
};

}  // namespace tidegate::config
