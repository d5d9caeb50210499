#include "decode/credentials.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "decode/parts.h"

namespace tidegate::decode {
namespace {

using resource::SecretKeyReference;

bool is_text(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c < 0x7f; });
}

// https, or http to this machine itself.
bool is_token_url(std::string_view text) {
  constexpr std::string_view kLocal[] = {"http://127.0.0.1", "http://localhost", "http://[::1]"};
  constexpr std::string_view kHttps = "https://";
  if (text.find_first_of(" @\\#\"<>") != text.npos || !is_text(text)) return false;
  if (text.starts_with(kHttps)) return text.size() > kHttps.size() && text[kHttps.size()] != '/';
  return std::ranges::any_of(kLocal, [text](std::string_view host) {
    const std::string_view rest = text.substr(std::min(host.size(), text.size()));
    return text.starts_with(host) && (rest.empty() || rest[0] == ':' || rest[0] == '/');
  });
}

bool is_role_arn(std::string_view text) {
  return text.starts_with("arn:") && text.find(":role/") != text.npos && is_text(text);
}

bool is_session_name(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_+=,.@-").find(c) != std::string_view::npos;
  });
}

constexpr Text kWord{
    .min = 1, .max = 2048, .valid = is_text, .must = "be printable ASCII characters"};
constexpr Text kUrl{.min = 1,
                    .max = 2048,
                    .valid = is_token_url,
                    .must = "be an https URL (or http on localhost) without user information"};
constexpr Text kRoleArn{
    .min = 20, .max = 2048, .valid = is_role_arn, .must = "be the ARN of an IAM role"};
constexpr Text kSessionName{
    .min = 2, .max = 64, .valid = is_session_name, .must = "be letters, digits and \"_+=,.@-\""};
constexpr Items kScopes{.max = 32};

// Reports unless exactly one of the fields is there.
void check_exactly_one(const ObjectReader& object, std::initializer_list<std::string_view> fields) {
  const auto count = std::ranges::count_if(
      fields, [&object](std::string_view field) { return object.has(field); });
  if (count == 1) return;
  object.fail(fmt::format("must have exactly one of {}", fmt::join(fields, ", ")));
}

// As core/v1 SecretReference within the reach of ReferenceGrants: {name: aws, namespace: vault}.
void read_secret(const Node& node, resource::SecretObjectReference& out) {
  ObjectReader object(node);
  object.required("name", out.name, kObjectName);
  object.optional("namespace", out.namespace_, kNamespace);
}

void read_api_key(const Node& node, resource::BackendApiKey& out) {
  ObjectReader object(node);
  SecretKeyReference ref;
  ref.key = out.key;
  object.required("secretRef", ref, read_secret_key);
  out.secret_ref = std::move(ref.secret);
  out.key = std::move(ref.key);
  object.optional("header", out.header, kHeaderName);
  object.optional("prefix", out.prefix, Text{.max = 64, .valid = is_text, .must = kWord.must});
  object.optional("queryParameter", out.query_parameter,
                  Text{.min = 1, .max = 64, .valid = is_token, .must = "be a plain name"});
  if (!out.query_parameter) return;
  for (const std::string_view field : {"header", "prefix"}) {
    if (object.has(field)) object.fail(field, "must be absent beside queryParameter");
  }
}

void read_profile(const Node& node, resource::AwsProfileSource& out) {
  ObjectReader object(node);
  object.optional("name", out.name, kWord);
  object.optional("file", out.file, kWord);
}

void read_web_identity(const Node& node, resource::AwsWebIdentitySource& out) {
  ObjectReader object(node);
  object.optional("roleArn", out.role_arn, kRoleArn);
  object.optional("tokenFile", out.token_file, kWord);
  object.optional("sessionName", out.session_name, kSessionName);
}

void read_assume_role(const Node& node, resource::AwsAssumedRole& out) {
  ObjectReader object(node);
  object.required("roleArn", out.role_arn, kRoleArn);
  object.optional("externalId", out.external_id, kWord);
  object.optional("sessionName", out.session_name, kSessionName);
}

template <class T>
void read_nothing(const Node& node, T&) {
  const ObjectReader object(node);
}

void read_aws(const Node& node, resource::BackendAwsCredentials& out) {
  ObjectReader object(node);
  object.required("region", out.region, kSectionName);
  object.optional("service", out.service, kSectionName);
  object.optional("stsEndpoint", out.sts_endpoint, kUrl);
  check_exactly_one(object, {"secretRef", "profile", "webIdentity", "instance", "podIdentity"});
  const auto source = [&]<class T>(std::string_view field, T made, const auto& reader) {
    if (object.optional(field, made, reader)) out.source = std::move(made);
  };
  source("secretRef", resource::SecretObjectReference(), read_secret);
  source("profile", resource::AwsProfileSource(), read_profile);
  source("webIdentity", resource::AwsWebIdentitySource(), read_web_identity);
  source("instance", resource::AwsInstanceSource(), read_nothing<resource::AwsInstanceSource>);
  source("podIdentity", resource::AwsPodIdentitySource(),
         read_nothing<resource::AwsPodIdentitySource>);
  object.optional("assumeRole", out.assume_role, read_assume_role);
}

void read_gcp_metadata(const Node& node, resource::GcpMetadataSource& out) {
  ObjectReader object(node);
  object.optional("account", out.account, kWord);
}

void read_gcp_workload_identity(const Node& node, resource::GcpWorkloadIdentitySource& out) {
  ObjectReader object(node);
  object.required("audience", out.audience, kWord);
  object.required("tokenFile", out.token_file, kWord);
  object.optional("tokenType", out.token_type, kWord);
  object.optional("tokenUrl", out.token_url, kUrl);
  object.optional("serviceAccount", out.service_account, kWord);
}

void read_gcp(const Node& node, resource::BackendGcpCredentials& out) {
  ObjectReader object(node);
  check_exactly_one(object, {"secretRef", "metadata", "workloadIdentity"});
  const auto source = [&]<class T>(std::string_view field, T made, const auto& reader) {
    if (object.optional(field, made, reader)) out.source = std::move(made);
  };
  source("secretRef", SecretKeyReference(), read_secret_key);
  source("metadata", resource::GcpMetadataSource(), read_gcp_metadata);
  source("workloadIdentity", resource::GcpWorkloadIdentitySource(), read_gcp_workload_identity);
  object.list("scopes", out.scopes, kScopes, kWord);
}

void read_azure_workload_identity(const Node& node, resource::AzureWorkloadIdentitySource& out) {
  ObjectReader object(node);
  object.optional("tokenFile", out.token_file, kWord);
}

void read_azure(const Node& node, resource::BackendAzureCredentials& out) {
  ObjectReader object(node);
  object.optional("tenantId", out.tenant_id, kWord);
  object.optional("clientId", out.client_id, kWord);
  object.optional("authority", out.authority, kUrl);
  object.optional("scope", out.scope, kWord);
  check_exactly_one(object, {"secretRef", "workloadIdentity", "managedIdentity"});
  const auto source = [&]<class T>(std::string_view field, T made, const auto& reader) {
    if (object.optional(field, made, reader)) out.source = std::move(made);
  };
  source("secretRef", SecretKeyReference(), read_secret_key);
  source("workloadIdentity", resource::AzureWorkloadIdentitySource(), read_azure_workload_identity);
  source("managedIdentity", resource::AzureManagedIdentitySource(),
         read_nothing<resource::AzureManagedIdentitySource>);
  if (!object.has("secretRef")) return;
  for (const std::string_view field : {"tenantId", "clientId"}) {
    if (!object.has(field)) object.fail(field, "is required beside secretRef");
  }
}

constexpr Choice<resource::ClientAuthentication> kAuthentications[] = {
    {"Basic", resource::ClientAuthentication::kBasic},
    {"Post", resource::ClientAuthentication::kPost},
};

void read_oauth2(const Node& node, resource::BackendOAuth2Credentials& out) {
  ObjectReader object(node);
  object.required("tokenUrl", out.token_url, kUrl);
  object.required("clientId", out.client_id, kWord);
  object.required("secretRef", out.secret_ref, read_secret_key);
  object.optional("authentication", out.authentication, one_of(kAuthentications));
  object.list("scopes", out.scopes, kScopes, kWord);
  object.optional("audience", out.audience, kWord);
}

void read_token_exchange(const Node& node, resource::BackendTokenExchange& out) {
  ObjectReader object(node);
  object.required("tokenUrl", out.token_url, kUrl);
  object.optional("clientId", out.client_id, kWord);
  object.optional("secretRef", out.secret_ref, read_secret_key);
  object.optional("authentication", out.authentication, one_of(kAuthentications));
  const bool subject = object.object("subjectToken", [&out](ObjectReader& token) {
    check_exactly_one(token, {"secretRef", "file", "fromCaller"});
    token.optional("secretRef", out.subject_ref, read_secret_key);
    token.optional("file", out.subject_file, kWord);
    token.optional("fromCaller", out.subject_of_caller, read_bool);
    if (token.has("fromCaller") && !out.subject_of_caller) {
      token.fail("fromCaller", "must be true, or absent beside another source");
    }
    token.optional("type", out.subject_type, kWord);
  });
  if (!subject) object.fail("subjectToken", "is required");
  object.optional("requestedTokenType", out.requested_token_type, kWord);
  object.list("scopes", out.scopes, kScopes, kWord);
  object.optional("audience", out.audience, kWord);
  object.optional("resource", out.resource, kWord);
  if (object.has("secretRef") && !object.has("clientId")) {
    object.fail("clientId", "is required beside secretRef");
  }
}

void read_api_keys(const Node& node, resource::BackendApiKeys& out) {
  ObjectReader::read_list(node, out.keys, {.min = 1, .max = 16}, read_api_key);
}

void read_login(const Node& node, resource::SecretObjectReference& out) {
  ObjectReader object(node);
  object.required("secretRef", out, read_secret);
}

void read_passthrough(const Node& node, resource::BackendPassthrough&) {
  bool passes = false;
  read_bool(node, passes);
  if (node.value.kind() == yaml::Kind::kBool && !passes) {
    node.fail("must be true; leave it out where the client's keys do not pass");
  }
}

}  // namespace

void read_credentials(ObjectReader& credentials, resource::Backend& out) {
  check_exactly_one(credentials, {"apiKey", "apiKeys", "aws", "gcp", "azure", "oauth2",
                                  "tokenExchange", "passthrough", "login"});
  const auto source = [&]<class T>(std::string_view field, T made, const auto& reader) {
    if (credentials.optional(field, made, reader)) out.credentials = std::move(made);
  };
  credentials.optional("apiKey", out.api_key, read_api_key);
  credentials.optional("login", out.login, read_login);
  source("apiKeys", resource::BackendApiKeys(), read_api_keys);
  source("aws", resource::BackendAwsCredentials(), read_aws);
  source("gcp", resource::BackendGcpCredentials(), read_gcp);
  source("azure", resource::BackendAzureCredentials(), read_azure);
  source("oauth2", resource::BackendOAuth2Credentials(), read_oauth2);
  source("tokenExchange", resource::BackendTokenExchange(), read_token_exchange);
  source("passthrough", resource::BackendPassthrough(), read_passthrough);
}

}  // namespace tidegate::decode
