// Answers of token endpoints in JSON.
//
// Shapes (providers' documents, 2025):
//   OAuth 2.0, GCP metadata  {"access_token":"..","token_type":"Bearer","expires_in":3599}
//   Azure IMDS               the same with numbers as strings, and "expires_on" (epoch seconds)
//   GCP IAM credentials      {"accessToken":"..","expireTime":"2025-01-01T00:00:00Z"}
//   AWS IMDSv2, containers   {"AccessKeyId":"..","SecretAccessKey":"..","Token":"..",
//                             "Expiration":"2025-01-01T00:00:00Z"}
//   errors                   {"error":"invalid_client",..},
//   {"error":{"status":"PERMISSION_DENIED"}}
// No Error carries a value of the answer but the error code, and that only when it looks like one.
// Thread: pure functions.   Source: RFC 6749 5.1 and 5.2.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/error.h"
#include "credential/material.h"

namespace tidegate::credential {

// Errors of all: kMalformed, origin upstream.
Result<Material> parse_token_reply(std::string_view body, WallTime now);
Result<Material> parse_impersonation_reply(std::string_view body);
Result<Material> parse_aws_keys(std::string_view body);

// The machine-readable code of an error answer; empty when there is none.
std::string find_error_code(std::string_view body);

// When a JSON Web Token ends, as it says itself: its signature is not checked, so this is no more
// than its bearer's word. Absent: it is no JWT, or does not say.   Source: RFC 7519 4.1.4.
std::optional<WallTime> find_jwt_expiry(std::string_view token);

// Whether a text may stand in a header field as a credential: visible ASCII, 1 byte to 64 KiB.
bool is_credential_text(std::string_view text);
// A short name out of somebody else's answer: letters, digits and "._-", at most 64 bytes.
bool is_error_code(std::string_view text);

}  // namespace tidegate::credential
