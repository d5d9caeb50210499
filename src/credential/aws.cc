#include "credential/aws.h"

#include "credential/profile_file.h"

namespace tidegate::credential {
namespace {

std::string profile_path(const config::AwsProfile& profile, const Surroundings& surroundings) {
  if (!profile.file.empty()) return profile.file;
  if (auto named = surroundings.variable("AWS_SHARED_CREDENTIALS_FILE"); !named.empty()) {
    return named;
  }
  return surroundings.variable("HOME") + "/.aws/credentials";
}

Result<Material> read_profile(const config::AwsProfile& profile, const FetchContext& context) {
  TIDEGATE_TRY(file, context.surroundings.read_file(profile_path(profile, context.surroundings)));
  TIDEGATE_TRY(keys, parse_profile(file, profile.name));
  // Whoever rotates the file is followed within minutes, as SDKs that are restarted now and then.
  keys.expires = context.clock.wall_now() + std::chrono::minutes(15);
  return keys;
}

Material make_static(const config::AwsKeys& keys) {
  Material material(keys.secret_access_key);
  material.access_key_id = keys.access_key_id;
  material.session_token = keys.session_token;
  return material;
}

FetchTask fetch_base(const config::Aws& aws, const FetchContext& context) {
  if (const auto* keys = std::get_if<config::AwsKeys>(&aws.source)) co_return make_static(*keys);
  if (const auto* profile = std::get_if<config::AwsProfile>(&aws.source)) {
    co_return read_profile(*profile, context);
  }
  if (const auto* identity = std::get_if<config::AwsWebIdentity>(&aws.source)) {
    co_return co_await assume_role_with_web_identity(aws, *identity, context);
  }
  if (std::holds_alternative<config::AwsInstance>(aws.source)) {
    co_return co_await fetch_instance_keys(context);
  }
  co_return co_await fetch_pod_keys(context);
}

}  // namespace

FetchTask fetch_aws(const config::Aws& aws, const FetchContext& context) {
  TIDEGATE_CO_TRY(keys, fetch_base(aws, context));
  if (!aws.assume_role) co_return keys;
  co_return co_await assume_role(aws, std::move(keys), context);
}

}  // namespace tidegate::credential
