// AWS Signature Version 4 in request headers.
//
// What is signed is the request as it stands on the wire: method, target, the headers given and the
// hash of the body; a proxy may add other headers behind it. Thread: pure functions.
// Source: AWS IAM User Guide, "Create a signed AWS API request" (2025).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "credential/material.h"

namespace tidegate::credential {

struct SignedField {
  std::string_view name;  // any case
  std::string_view value;
};

// How the path of the wire becomes that of the canonical request. Every service encodes it once
// more ("%3A" of a Bedrock model becomes "%253A"), and merges slashes and resolves dots before; S3
// takes it as it is.
enum class CanonicalPath : std::uint8_t { kNormalEncodedAgain, kEncodedAgain, kAsSent };

struct SigningRequest {
  std::string_view method;
  std::string_view target;              // path and query as sent
  std::span<const SignedField> fields;  // signed, Host among them; none of those in AwsSignature
  std::string_view body_hash;           // hash_payload()
};

struct SigningScope {
  std::string_view region;
  std::string_view service;  // "bedrock", "sts"
  WallTime time;
  CanonicalPath path = CanonicalPath::kNormalEncodedAgain;
};

// The header fields that a signature adds.
struct AwsSignature {
  std::string date;           // x-amz-date
  Secret security_token;      // x-amz-security-token; empty: none
  std::string authorization;  // authorization
};

// Hexadecimal SHA-256 of a body.
std::string hash_payload(std::string_view body);

// REQUIRES: keys are AWS keys.
AwsSignature sign_request(const SigningRequest& request, const SigningScope& scope,
                          const Material& keys);

// The parts of it, for tests and for reading.
std::string canonical_path(std::string_view path, CanonicalPath form);
std::string canonical_query(std::string_view query);

}  // namespace tidegate::credential
