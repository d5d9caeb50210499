#include "gatewayapi/backend/credentials.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/arena.h"
#include "gatewayapi/backend/ai.h"
#include "gatewayapi/tls/certificates.h"
#include "json/scan.h"

namespace tidegate::gatewayapi {
namespace {

template <class T>
using Resolved = std::expected<T, Problem>;

// What goes into header fields and signatures: visible ASCII.
// What a header field can carry (RFC 9110 5.5), ASCII alone.
bool is_key_text(std::string_view text) {
  return !text.starts_with(' ') && !text.ends_with(' ') &&
         std::ranges::all_of(text, [](char c) { return c >= ' ' && c < 0x7f; });
}

class Resolver {
 public:
  Resolver(const resource::Backend& backend, const Lookup& lookup)
      : backend_(backend), lookup_(lookup) {}

  Resolved<config::PlacedKey> make_key(const resource::BackendApiKey& wanted) const {
    auto value = find_text({wanted.secret_ref, wanted.key}, {});
    if (!value) return std::unexpected(std::move(value.error()));
    config::PlacedKey key;
    key.key = std::move(*value);
    if (wanted.query_parameter) {
      key.query_parameter = *wanted.query_parameter;
      return key;
    }
    const llm::KeyPlace usual =
        backend_.ai ? provider_of(*backend_.ai).key : llm::KeyPlace{"authorization", "Bearer "};
    key.header = wanted.header.value_or(std::string(usual.header));
    key.prefix = wanted.prefix.value_or(key.header == "authorization" ? "Bearer " : "");
    return key;
  }

  Resolved<config::ApiKeys> make(const resource::BackendApiKeys& wanted) const {
    config::ApiKeys made;
    for (const auto& key : wanted.keys) {
      auto resolved = make_key(key);
      if (!resolved) return std::unexpected(std::move(resolved.error()));
      made.keys.push_back(std::move(*resolved));
    }
    return made;
  }
  Resolved<config::Aws> make(const resource::BackendAwsCredentials& wanted) const;
  Resolved<config::Gcp> make(const resource::BackendGcpCredentials& wanted) const;
  Resolved<config::Azure> make(const resource::BackendAzureCredentials& wanted) const;
  Resolved<config::OAuth2> make(const resource::BackendOAuth2Credentials& wanted) const;
  Resolved<config::TokenExchange> make(const resource::BackendTokenExchange& wanted) const;
  // A Secret like kubernetes.io/basic-auth; without a username it is the store's usual one.
  Resolved<config::Login> make_login(const resource::SecretObjectReference& ref) const {
    auto password = find_value({ref, "password"}, {});
    if (!password) return std::unexpected(std::move(password.error()));
    config::Login login;
    login.password = std::move(*password);
    if (auto user = find_value({ref, "username"}, {})) login.user = user->reveal();
    for (const std::string_view text : {std::string_view(login.user), login.password.reveal()}) {
      if (text.find('\0') != text.npos) return invalid(ref, "a login must not have a NUL");
    }
    return login;
  }
  Resolved<config::ClientsOwn> make(const resource::BackendPassthrough&) const {
    return config::ClientsOwn();
  }

 private:
  Resolved<Secret> find_value(const resource::SecretKeyReference& ref,
                              std::string_view usual_key) const {
    return find_secret_value(lookup_, referrer_of(backend_), ref.secret,
                             ref.key.empty() ? usual_key : std::string_view(ref.key));
  }
  Resolved<Secret> find_text(const resource::SecretKeyReference& ref,
                             std::string_view usual_key) const {
    auto value = find_value(ref, usual_key);
    if (value && !is_key_text(value->reveal())) {
      return invalid(ref.secret, "a key must be visible ASCII, with blanks inside at most");
    }
    return value;
  }
  static std::unexpected<Problem> invalid(const resource::SecretObjectReference& ref,
                                          std::string_view what) {
    return std::unexpected(
        Problem{Reason::kInvalid, fmt::format("credentials: Secret {}: {}", ref.name, what)});
  }
  Resolved<config::AwsKeys> make_aws_keys(const resource::SecretObjectReference& ref) const;
  Resolved<config::GcpServiceAccount> make_account(const resource::SecretKeyReference& ref) const;

  const resource::Backend& backend_;
  const Lookup& lookup_;
};

Resolved<config::AwsKeys> Resolver::make_aws_keys(
    const resource::SecretObjectReference& ref) const {
  auto id = find_text({ref, "accessKeyId"}, {});
  if (!id) return std::unexpected(std::move(id.error()));
  auto secret = find_text({ref, "secretAccessKey"}, {});
  if (!secret) return std::unexpected(std::move(secret.error()));
  config::AwsKeys keys;
  keys.access_key_id = id->reveal();
  keys.secret_access_key = std::move(*secret);
  // Only sessions have one; the other two have shown that the Secret is there.
  if (auto token = find_text({ref, "sessionToken"}, {})) keys.session_token = std::move(*token);
  return keys;
}

Resolved<config::Aws> Resolver::make(const resource::BackendAwsCredentials& wanted) const {
  config::Aws aws;
  aws.service = wanted.service;
  aws.region = wanted.region;
  aws.sts_endpoint = wanted.sts_endpoint;
  if (const auto* secret = std::get_if<resource::SecretObjectReference>(&wanted.source)) {
    auto keys = make_aws_keys(*secret);
    if (!keys) return std::unexpected(std::move(keys.error()));
    aws.source = std::move(*keys);
  } else if (const auto* profile = std::get_if<resource::AwsProfileSource>(&wanted.source)) {
    aws.source = config::AwsProfile{profile->name, profile->file};
  } else if (const auto* web = std::get_if<resource::AwsWebIdentitySource>(&wanted.source)) {
    aws.source = config::AwsWebIdentity{web->role_arn, web->token_file, web->session_name};
  } else if (std::holds_alternative<resource::AwsInstanceSource>(wanted.source)) {
    aws.source = config::AwsInstance();
  } else {
    aws.source = config::AwsPodIdentity();
  }
  if (const auto& role = wanted.assume_role) {
    aws.assume_role = config::AwsRole{role->role_arn, role->external_id, role->session_name};
  }
  return aws;
}

// {"type":"service_account","client_email":"..","private_key_id":"..","private_key":"-----BEGIN..",
//  "token_uri":"https://oauth2.googleapis.com/token"}; Google Cloud IAM, "Create and delete service
// account keys" (2025).
Resolved<config::GcpServiceAccount> Resolver::make_account(
    const resource::SecretKeyReference& ref) const {
  static constexpr json::Selection kMembers{"type", "client_email", "private_key_id", "private_key",
                                            "token_uri"};
  auto value = find_value(ref, "service-account.json");
  if (!value) return std::unexpected(std::move(value.error()));
  const std::string_view text = value->reveal();
  std::array<json::Member, 5> members;
  if (!json::scan_object(text, kMembers, members, Origin::kInternal)) {
    return invalid(ref.secret, "the value is no JSON object");
  }
  Arena arena;
  const auto member = [&](std::size_t index) {
    return std::string(json::find_string(text, members[index], arena).value_or(""));
  };
  if (member(0) != "service_account") {
    return invalid(ref.secret, "the type of the key is not service_account");
  }
  config::GcpServiceAccount account;
  account.email = member(1);
  account.key_id = member(2);
  account.private_key = Secret(member(3));
  account.token_url = member(4);
  if (account.token_url.empty()) account.token_url = "https://oauth2.googleapis.com/token";
  if (account.email.empty()) return invalid(ref.secret, "client_email is missing");
  if (!check_private_key(account.private_key.reveal())) {
    return invalid(ref.secret, "private_key is no private key in PEM form");
  }
  if (!account.token_url.starts_with("https://") && !account.token_url.starts_with("http://127."))
    return invalid(ref.secret, "token_uri is no https URL");
  return account;
}

Resolved<config::Gcp> Resolver::make(const resource::BackendGcpCredentials& wanted) const {
  config::Gcp gcp;
  gcp.scopes = wanted.scopes;
  if (const auto* secret = std::get_if<resource::SecretKeyReference>(&wanted.source)) {
    auto account = make_account(*secret);
    if (!account) return std::unexpected(std::move(account.error()));
    gcp.source = std::move(*account);
  } else if (const auto* metadata = std::get_if<resource::GcpMetadataSource>(&wanted.source)) {
    gcp.source = config::GcpMetadata{metadata->account};
  } else {
    const auto& identity = std::get<resource::GcpWorkloadIdentitySource>(wanted.source);
    gcp.source =
        config::GcpWorkloadIdentity{identity.audience, identity.token_file, identity.token_type,
                                    identity.token_url, identity.service_account};
  }
  return gcp;
}

Resolved<config::Azure> Resolver::make(const resource::BackendAzureCredentials& wanted) const {
  config::Azure azure;
  azure.tenant_id = wanted.tenant_id;
  azure.client_id = wanted.client_id;
  azure.authority = wanted.authority;
  azure.scope = wanted.scope;
  if (const auto* ref = std::get_if<resource::SecretKeyReference>(&wanted.source)) {
    auto secret = find_value(*ref, "client-secret");
    if (!secret) return std::unexpected(std::move(secret.error()));
    azure.source = config::AzureClientSecret{std::move(*secret)};
  } else if (const auto* identity =
                 std::get_if<resource::AzureWorkloadIdentitySource>(&wanted.source)) {
    azure.source = config::AzureWorkloadIdentity{identity->token_file};
  } else {
    azure.source = config::AzureManagedIdentity();
  }
  return azure;
}

config::ClientAuthentication authentication_of(resource::ClientAuthentication wanted) {
  return wanted == resource::ClientAuthentication::kPost ? config::ClientAuthentication::kPost
                                                         : config::ClientAuthentication::kBasic;
}

Resolved<config::OAuth2> Resolver::make(const resource::BackendOAuth2Credentials& wanted) const {
  auto secret = find_value(wanted.secret_ref, "client-secret");
  if (!secret) return std::unexpected(std::move(secret.error()));
  config::OAuth2 oauth;
  oauth.token_url = wanted.token_url;
  oauth.client_id = wanted.client_id;
  oauth.client_secret = std::move(*secret);
  oauth.authentication = authentication_of(wanted.authentication);
  oauth.scopes = wanted.scopes;
  oauth.audience = wanted.audience;
  return oauth;
}

Resolved<config::TokenExchange> Resolver::make(const resource::BackendTokenExchange& wanted) const {
  config::TokenExchange exchange;
  if (wanted.secret_ref) {
    auto secret = find_value(*wanted.secret_ref, "client-secret");
    if (!secret) return std::unexpected(std::move(secret.error()));
    exchange.client_secret = std::move(*secret);
  }
  if (wanted.subject_ref) {
    auto subject = find_text(*wanted.subject_ref, "token");
    if (!subject) return std::unexpected(std::move(subject.error()));
    exchange.subject_token = std::move(*subject);
  }
  exchange.token_url = wanted.token_url;
  exchange.client_id = wanted.client_id;
  exchange.authentication = authentication_of(wanted.authentication);
  exchange.subject_token_file = wanted.subject_file;
  exchange.of_caller = wanted.subject_of_caller;
  exchange.subject_token_type = wanted.subject_type;
  exchange.requested_token_type = wanted.requested_token_type;
  exchange.scopes = wanted.scopes;
  exchange.audience = wanted.audience;
  exchange.resource = wanted.resource;
  return exchange;
}

}  // namespace

std::expected<ResolvedCredentials, Problem> make_credentials(const resource::Backend& backend,
                                                             const Lookup& lookup) {
  const Resolver resolver(backend, lookup);
  ResolvedCredentials result;
  auto others = std::make_shared<config::Credentials>();
  if (backend.api_key) {
    auto key = resolver.make_key(*backend.api_key);
    if (!key) return std::unexpected(std::move(key.error()));
    if (key->query_parameter.empty()) {
      result.api_key = config::ApiKey{key->header, key->prefix, std::move(key->key)};
    } else {
      others->source.emplace<config::ApiKeys>().keys.push_back(std::move(*key));
    }
  }
  if (backend.login) {
    auto login = resolver.make_login(*backend.login);
    if (!login) return std::unexpected(std::move(login.error()));
    result.login = std::move(*login);
  }
  if (backend.credentials) {
    auto problem = std::visit(
        [&](const auto& wanted) -> std::optional<Problem> {
          auto made = resolver.make(wanted);
          if (!made) return std::move(made.error());
          others->source = std::move(*made);
          return std::nullopt;
        },
        *backend.credentials);
    if (problem) return std::unexpected(std::move(*problem));
  }
  result.others = std::move(others);
  return result;
}

}  // namespace tidegate::gatewayapi
