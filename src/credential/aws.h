// AWS's sources of keys, one by one.   Thread: the worker's.
#pragma once

#include "credential/fetch.h"

namespace tidegate::credential {

// STS of a region, unless the configuration names another endpoint.
std::string sts_endpoint(const config::Aws& aws);
// AssumeRoleWithWebIdentity: the token in the file is the proof, nothing is signed. What the
// configuration leaves out comes from AWS_ROLE_ARN, AWS_WEB_IDENTITY_TOKEN_FILE and
// AWS_ROLE_SESSION_NAME.
FetchTask assume_role_with_web_identity(const config::Aws& aws,
                                        const config::AwsWebIdentity& identity,
                                        const FetchContext& context);
// AssumeRole, signed with `keys`.
FetchTask assume_role(const config::Aws& aws, Material keys, const FetchContext& context);

// IMDSv2: a session token first, then the role's name, then its keys.
// AWS_EC2_METADATA_SERVICE_ENDPOINT names another endpoint than 169.254.169.254.
FetchTask fetch_instance_keys(const FetchContext& context);
// AWS_CONTAINER_CREDENTIALS_FULL_URI or _RELATIVE_URI, with the token of
// AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE or AWS_CONTAINER_AUTHORIZATION_TOKEN.
FetchTask fetch_pod_keys(const FetchContext& context);

}  // namespace tidegate::credential
