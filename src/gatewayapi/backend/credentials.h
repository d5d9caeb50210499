// spec.credentials of our Backend kind with its Secrets followed.
#pragma once

#include <expected>
#include <memory>
#include <optional>

#include "config/backend.h"
#include "gatewayapi/condition.h"
#include "gatewayapi/tls/references.h"
#include "resource/backend.h"

namespace tidegate::gatewayapi {

struct ResolvedCredentials {
  std::optional<config::ApiKey> api_key;  // one key in a header
  std::optional<config::Login> login;
  // Everything else. Never null: without any credentials it says that the client's own keys stay
  // here.
  std::shared_ptr<const config::Credentials> others;
};

// Problems: RefNotPermitted, InvalidKind, SecretNotFound; Invalid for a Secret whose value cannot
// be used. No message has a part of a Secret's value.
std::expected<ResolvedCredentials, Problem> make_credentials(const resource::Backend& backend,
                                                             const Lookup& lookup);

}  // namespace tidegate::gatewayapi
