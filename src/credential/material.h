// What a source of credentials yields: a bearer token, or a pair of AWS keys.   Thread: values.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "base/clock.h"
#include "base/secret.h"

namespace tidegate::credential {

struct Material {
  Material() = default;
  explicit Material(Secret s) : secret(std::move(s)) {}

  std::string access_key_id;        // AWS only
  Secret secret;                    // bearer token, API key or AWS secret access key
  Secret session_token;             // AWS only; empty: long-lived keys
  std::optional<WallTime> expires;  // absent: never

  friend bool operator==(const Material&, const Material&) = default;
};

}  // namespace tidegate::credential
