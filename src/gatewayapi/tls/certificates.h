// Reads PEM certificates and keys: enough to refuse what could never work and to know a
// certificate's names. The one door of this folder to OpenSSL.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "config/tls.h"

namespace tidegate::gatewayapi {

// Parses a chain (leaf first) and its private key and checks that they belong together.
// Returns: the pair as given, with the leaf's DNS names, or its common name where it has none.
// Errors:  kInvalidConfig; the detail says what is wrong, never what was in the key.
Result<config::Certificate> parse_certificate(std::string_view chain_pem, std::string_view key_pem);

// Checks that a text is a private key in PEM form without passphrase.
// Errors:  kInvalidConfig.
Result<void> check_private_key(std::string_view pem);

// Checks that a bundle of trust anchors holds at least one certificate and nothing unreadable.
// Errors:  kInvalidConfig.
Result<void> check_ca_bundle(std::string_view pem);
// That the text is at least one PEM certificate revocation list, and nothing unreadable.
Result<void> check_revocation_lists(std::string_view pem);

}  // namespace tidegate::gatewayapi
