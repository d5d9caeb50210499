// Answers of AWS STS (AssumeRole, AssumeRoleWithWebIdentity), in XML or in JSON.
//
//   <AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>..</AccessKeyId>
//     <SecretAccessKey>..</SecretAccessKey><SessionToken>..</SessionToken>
//     <Expiration>2025-01-01T00:00:00Z</Expiration></Credentials>...
//   <ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code>...
//   {"AssumeRoleResponse":{"AssumeRoleResult":{"Credentials":{"AccessKeyId":"..",
//     "Expiration":1735689600.0,...}}}}
// Thread: pure functions.   Source: AWS STS API reference, 2011-06-15.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "credential/material.h"

namespace tidegate::credential {

// Errors: kMalformed, origin upstream; they name what is missing, never what came.
Result<Material> parse_sts_reply(std::string_view body);
// The Code of an error answer; empty when there is none.
std::string find_sts_error_code(std::string_view body);

}  // namespace tidegate::credential
