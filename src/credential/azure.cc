// Azure: client secret, federated workload identity, managed identity.
// Source: "Microsoft identity platform and the OAuth 2.0 client credentials flow", "How to use
// managed identities on an Azure VM", "... for App Service" (Microsoft, 2025).
#include <fmt/format.h>

#include "credential/fetch.h"
#include "credential/form.h"

namespace tidegate::credential {
namespace {

constexpr std::string_view kDefaultScope = "https://cognitiveservices.azure.com/.default";

std::string first_of(const std::string& configured, std::string from_environment) {
  return configured.empty() ? std::move(from_environment) : configured;
}

std::string scope_of(const config::Azure& azure) {
  return azure.scope.empty() ? std::string(kDefaultScope) : azure.scope;
}

// Managed identities are asked for a resource, which is the scope without its last part.
std::string resource_of(const config::Azure& azure) {
  std::string scope = scope_of(azure);
  constexpr std::string_view kSuffix = "/.default";
  if (scope.ends_with(kSuffix)) scope.resize(scope.size() - kSuffix.size());
  return scope;
}

std::string token_url(const config::Azure& azure, const Surroundings& surroundings) {
  std::string authority = first_of(azure.authority, surroundings.variable("AZURE_AUTHORITY_HOST"));
  if (authority.empty()) authority = "https://login.microsoftonline.com";
  while (authority.ends_with('/')) authority.pop_back();
  const std::string tenant = first_of(azure.tenant_id, surroundings.variable("AZURE_TENANT_ID"));
  return fmt::format("{}/{}/oauth2/v2.0/token", authority, percent_encode(tenant));
}

Form make_form(const config::Azure& azure, const Surroundings& surroundings) {
  Form form;
  form.add("grant_type", "client_credentials");
  form.add("client_id", first_of(azure.client_id, surroundings.variable("AZURE_CLIENT_ID")));
  form.add("scope", scope_of(azure));
  return form;
}

FetchTask fetch_by_workload_identity(const config::Azure& azure,
                                     const config::AzureWorkloadIdentity& identity,
                                     const FetchContext& context) {
  const std::string path =
      first_of(identity.token_file, context.surroundings.variable("AZURE_FEDERATED_TOKEN_FILE"));
  if (path.empty()) {
    co_return fail(ErrorCode::kInvalidConfig, Origin::kInternal,
                   "workload identity: neither tokenFile nor AZURE_FEDERATED_TOKEN_FILE is set");
  }
  auto assertion = read_token_file(context.surroundings, path);
  if (!assertion) co_return std::unexpected(std::move(assertion).error());
  Form form = make_form(azure, context.surroundings);
  form.add("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
  form.add("client_assertion", *assertion);
  co_return co_await fetch_token(
      "Entra ID", make_form_request(token_url(azure, context.surroundings), form.take()), context);
}

FetchTask fetch_managed(const config::Azure& azure, const FetchContext& context) {
  // App Service and Container Apps have an endpoint of their own.
  std::string endpoint = context.surroundings.variable("IDENTITY_ENDPOINT");
  const std::string proof = context.surroundings.variable("IDENTITY_HEADER");
  const bool app_service = !endpoint.empty() && !proof.empty();
  if (!app_service) {
    endpoint = context.surroundings.variable("AZURE_POD_IDENTITY_AUTHORITY_HOST");
    if (endpoint.empty()) endpoint = "http://169.254.169.254";
    endpoint += "/metadata/identity/oauth2/token";
  }
  std::string url =
      fmt::format("{}?api-version={}&resource={}", endpoint,
                  app_service ? "2019-08-01" : "2018-02-01", percent_encode(resource_of(azure)));
  if (!azure.client_id.empty()) url += "&client_id=" + percent_encode(azure.client_id);
  TokenRequest request("GET", std::move(url), Reach::kMetadata);
  if (app_service) {
    request.fields.emplace_back("x-identity-header", proof);
  } else {
    request.fields.emplace_back("metadata", "true");
  }
  co_return co_await fetch_token("managed identity endpoint", std::move(request), context);
}

}  // namespace

FetchTask fetch_azure(const config::Azure& azure, const FetchContext& context) {
  if (const auto* secret = std::get_if<config::AzureClientSecret>(&azure.source)) {
    Form form = make_form(azure, context.surroundings);
    form.add("client_secret", secret->secret.reveal());
    return fetch_token("Entra ID",
                       make_form_request(token_url(azure, context.surroundings), form.take()),
                       context);
  }
  if (const auto* identity = std::get_if<config::AzureWorkloadIdentity>(&azure.source)) {
    return fetch_by_workload_identity(azure, *identity, context);
  }
  return fetch_managed(azure, context);
}

}  // namespace tidegate::credential
