#include <algorithm>

#include "credential/aws.h"
#include "credential/token_reply.h"

namespace tidegate::credential {
namespace {

constexpr std::string_view kRoles = "/latest/meta-data/iam/security-credentials/";

// IAM role names: letters, digits and "+=,.@_-", at most 64.
bool is_role_name(std::string_view name) {
  static constexpr std::string_view kAlso = "+=,.@_-";
  return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kAlso.find(c) != std::string_view::npos;
  });
}

async::Task<Result<std::string>> ask(TokenRequest request, const FetchContext& context) {
  TIDEGATE_CO_TRY(answer, context.http.call(std::move(request), context.scope));
  if (answer.status != 200) {
    co_return refused("metadata service", answer, find_error_code(answer.body));
  }
  co_return std::move(answer.body);
}

TokenRequest make_get(std::string url, std::string_view session) {
  TokenRequest request("GET", std::move(url), Reach::kMetadata);
  request.fields.emplace_back("x-aws-ec2-metadata-token", session);
  return request;
}

std::unexpected<Error> unusable(std::string detail) {
  return fail(ErrorCode::kInvalidConfig, Origin::kInternal, std::move(detail));
}

std::string container_url(const Surroundings& surroundings) {
  if (auto full = surroundings.variable("AWS_CONTAINER_CREDENTIALS_FULL_URI"); !full.empty()) {
    return full;
  }
  const auto relative = surroundings.variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
  return relative.empty() ? std::string() : "http://169.254.170.2" + relative;
}

Result<std::string> container_token(const Surroundings& surroundings) {
  const auto file = surroundings.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
  if (!file.empty()) return read_token_file(surroundings, file);
  return surroundings.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN");
}

}  // namespace

FetchTask fetch_instance_keys(const FetchContext& context) {
  std::string base = context.surroundings.variable("AWS_EC2_METADATA_SERVICE_ENDPOINT");
  if (base.empty()) base = "http://169.254.169.254";
  while (base.ends_with('/')) base.pop_back();
  TokenRequest open("PUT", base + "/latest/api/token", Reach::kMetadata);
  open.fields.emplace_back("x-aws-ec2-metadata-token-ttl-seconds", "21600");
  TIDEGATE_CO_TRY(session, ask(std::move(open), context));
  if (!is_credential_text(session)) {
    co_return fail(ErrorCode::kMalformed, Origin::kUpstream, "metadata service: no session token");
  }
  base += kRoles;
  TIDEGATE_CO_TRY(roles, ask(make_get(base, session), context));
  const std::string role = roles.substr(0, roles.find_first_of("\r\n"));
  if (!is_role_name(role)) co_return unusable("metadata service: the instance has no role");
  TIDEGATE_CO_TRY(keys, ask(make_get(base + role, session), context));
  co_return parse_aws_keys(keys);
}

FetchTask fetch_pod_keys(const FetchContext& context) {
  std::string url = container_url(context.surroundings);
  if (url.empty()) {
    co_return unusable("pod identity: AWS_CONTAINER_CREDENTIALS_FULL_URI is not set");
  }
  TokenRequest request("GET", std::move(url), Reach::kMetadata);
  auto token = container_token(context.surroundings);
  if (!token) co_return std::unexpected(std::move(token).error());
  if (!token->empty()) request.fields.emplace_back("authorization", std::move(*token));
  TIDEGATE_CO_TRY(keys, ask(std::move(request), context));
  co_return parse_aws_keys(keys);
}

}  // namespace tidegate::credential
