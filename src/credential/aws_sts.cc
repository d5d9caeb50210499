#include <fmt/format.h>

#include <array>

#include "credential/aws.h"
#include "credential/form.h"
#include "credential/sigv4.h"
#include "credential/sts_reply.h"

namespace tidegate::credential {
namespace {

constexpr std::string_view kVersion = "2011-06-15";
constexpr std::string_view kSessionName = "tidegate";

std::string first_of(const std::string& configured, std::string from_environment) {
  return configured.empty() ? std::move(from_environment) : configured;
}

std::string_view host_of(std::string_view url) {
  const auto scheme = url.find("://");
  const std::string_view rest = scheme == url.npos ? url : url.substr(scheme + 3);
  return rest.substr(0, rest.find('/'));
}

FetchTask call_sts(TokenRequest request, const FetchContext& context) {
  TIDEGATE_CO_TRY(answer, context.http.call(std::move(request), context.scope));
  if (answer.status != 200) co_return refused("STS", answer, find_sts_error_code(answer.body));
  co_return parse_sts_reply(answer.body);
}

void sign(TokenRequest& request, const config::Aws& aws, const Material& keys, WallTime now) {
  const std::array<SignedField, 2> fields = {
      SignedField{"host", host_of(request.url)},
      SignedField{"content-type", "application/x-www-form-urlencoded"}};
  const std::string hash = hash_payload(request.body);
  AwsSignature made = sign_request({"POST", "/", fields, hash}, {aws.region, "sts", now}, keys);
  request.fields.emplace_back("x-amz-date", std::move(made.date));
  request.fields.emplace_back("authorization", std::move(made.authorization));
  if (!made.security_token.empty()) {
    request.fields.emplace_back("x-amz-security-token", made.security_token.reveal());
  }
}

}  // namespace

std::string sts_endpoint(const config::Aws& aws) {
  if (!aws.sts_endpoint.empty()) return aws.sts_endpoint;
  const std::string_view domain =
      aws.region.starts_with("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  return fmt::format("https://sts.{}.{}", aws.region, domain);
}

FetchTask assume_role_with_web_identity(const config::Aws& aws,
                                        const config::AwsWebIdentity& identity,
                                        const FetchContext& context) {
  const Surroundings& surroundings = context.surroundings;
  const std::string role = first_of(identity.role_arn, surroundings.variable("AWS_ROLE_ARN"));
  const std::string path =
      first_of(identity.token_file, surroundings.variable("AWS_WEB_IDENTITY_TOKEN_FILE"));
  const std::string session =
      first_of(identity.session_name, surroundings.variable("AWS_ROLE_SESSION_NAME"));
  if (role.empty() || path.empty()) {
    co_return fail(ErrorCode::kInvalidConfig, Origin::kInternal,
                   "web identity: neither configured nor in AWS_ROLE_ARN and "
                   "AWS_WEB_IDENTITY_TOKEN_FILE");
  }
  auto token = read_token_file(surroundings, path);
  if (!token) co_return std::unexpected(std::move(token).error());
  Form form;
  form.add("Action", "AssumeRoleWithWebIdentity").add("Version", kVersion).add("RoleArn", role);
  form.add("RoleSessionName", session.empty() ? kSessionName : std::string_view(session));
  form.add("WebIdentityToken", *token);
  co_return co_await call_sts(make_form_request(sts_endpoint(aws) + "/", form.take()), context);
}

FetchTask assume_role(const config::Aws& aws, Material keys, const FetchContext& context) {
  const config::AwsRole& role = *aws.assume_role;
  Form form;
  form.add("Action", "AssumeRole").add("Version", kVersion).add("RoleArn", role.role_arn);
  form.add("RoleSessionName",
           role.session_name.empty() ? kSessionName : std::string_view(role.session_name));
  form.add_if("ExternalId", role.external_id);
  TokenRequest request = make_form_request(sts_endpoint(aws) + "/", form.take());
  sign(request, aws, keys, context.clock.wall_now());
  co_return co_await call_sts(std::move(request), context);
}

}  // namespace tidegate::credential
