// GCP: a service account's key, the metadata server, workload identity federation.
// Source: "Using OAuth 2.0 for server to server applications", "About VM metadata", "Workload
// Identity Federation with other providers" (Google, 2025).
#include <fmt/format.h>

#include <chrono>

#include "credential/fetch.h"
#include "credential/form.h"
#include "credential/jwt.h"
#include "credential/token_reply.h"
#include "json/writer.h"

namespace tidegate::credential {
namespace {

constexpr std::string_view kCloudPlatform = "https://www.googleapis.com/auth/cloud-platform";
constexpr std::chrono::seconds kAssertionLife{3600};

std::string join(const std::vector<std::string>& scopes, char separator) {
  if (scopes.empty()) return std::string(kCloudPlatform);
  std::string text;
  for (const std::string& scope : scopes) {
    if (!text.empty()) text.push_back(separator);
    text.append(scope);
  }
  return text;
}

std::string make_claims(const config::GcpServiceAccount& account, const std::string& scope,
                        WallTime now) {
  const auto issued =
      std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  std::string claims;
  json::Writer writer(claims);
  writer.begin_object();
  writer.member("iss", account.email).member("scope", scope).member("aud", account.token_url);
  writer.key("iat").number(std::int64_t{issued});
  writer.key("exp").number(std::int64_t{issued + kAssertionLife.count()});
  writer.end_object();
  return claims;
}

FetchTask fetch_by_key(const config::Gcp& gcp, const config::GcpServiceAccount& account,
                       const FetchContext& context) {
  const std::string claims = make_claims(account, join(gcp.scopes, ' '), context.clock.wall_now());
  auto assertion = sign_jwt(account.private_key, account.key_id, claims);
  if (!assertion) co_return std::unexpected(std::move(assertion).error());
  Form form;
  form.add("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer");
  form.add("assertion", *assertion);
  co_return co_await fetch_token("Google's token endpoint",
                                 make_form_request(account.token_url, form.take()), context);
}

FetchTask fetch_from_metadata(const config::Gcp& gcp, const config::GcpMetadata& metadata,
                              const FetchContext& context) {
  std::string host = context.surroundings.variable("GCE_METADATA_HOST");
  if (host.empty()) host = "169.254.169.254";
  std::string url = fmt::format("http://{}/computeMetadata/v1/instance/service-accounts/{}/token",
                                host, percent_encode(metadata.account));
  if (!gcp.scopes.empty()) url += "?scopes=" + percent_encode(join(gcp.scopes, ','));
  TokenRequest request("GET", std::move(url), Reach::kMetadata);
  request.fields.emplace_back("metadata-flavor", "Google");
  co_return co_await fetch_token("metadata server", std::move(request), context);
}

FetchTask impersonate(const config::Gcp& gcp, std::string account, Material federated,
                      const FetchContext& context) {
  TokenRequest request(
      "POST",
      fmt::format("https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/{}"
                  ":generateAccessToken",
                  percent_encode(account)),
      Reach::kTokenEndpoint);
  request.fields.emplace_back("authorization", fmt::format("Bearer {}", federated.secret.reveal()));
  request.fields.emplace_back("content-type", "application/json");
  json::Writer writer(request.body);
  writer.begin_object().key("scope").begin_array();
  for (const std::string& scope : gcp.scopes) writer.string(scope);
  if (gcp.scopes.empty()) writer.string(kCloudPlatform);
  writer.end_array().end_object();
  TIDEGATE_CO_TRY(answer, context.http.call(std::move(request), context.scope));
  if (answer.status != 200) {
    co_return refused("Google's IAM credentials service", answer, find_error_code(answer.body));
  }
  co_return parse_impersonation_reply(answer.body);
}

FetchTask fetch_federated(const config::Gcp& gcp, const config::GcpWorkloadIdentity& identity,
                          const FetchContext& context) {
  auto subject = read_token_file(context.surroundings, identity.token_file);
  if (!subject) co_return std::unexpected(std::move(subject).error());
  const bool impersonated = !identity.service_account.empty();
  Form form;
  form.add("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange");
  form.add("audience", identity.audience);
  form.add("scope", impersonated ? std::string(kCloudPlatform) : join(gcp.scopes, ' '));
  form.add("requested_token_type", "urn:ietf:params:oauth:token-type:access_token");
  form.add("subject_token_type", identity.token_type.empty()
                                     ? std::string_view("urn:ietf:params:oauth:token-type:jwt")
                                     : std::string_view(identity.token_type));
  form.add("subject_token", *subject);
  std::string url =
      identity.token_url.empty() ? "https://sts.googleapis.com/v1/token" : identity.token_url;
  TIDEGATE_CO_TRY(federated, fetch_token("Google's security token service",
                                         make_form_request(std::move(url), form.take()), context));
  if (!impersonated) co_return federated;
  co_return co_await impersonate(gcp, identity.service_account, std::move(federated), context);
}

}  // namespace

FetchTask fetch_gcp(const config::Gcp& gcp, const FetchContext& context) {
  if (const auto* account = std::get_if<config::GcpServiceAccount>(&gcp.source)) {
    return fetch_by_key(gcp, *account, context);
  }
  if (const auto* metadata = std::get_if<config::GcpMetadata>(&gcp.source)) {
    return fetch_from_metadata(gcp, *metadata, context);
  }
  return fetch_federated(gcp, std::get<config::GcpWorkloadIdentity>(gcp.source), context);
}

}  // namespace tidegate::credential
