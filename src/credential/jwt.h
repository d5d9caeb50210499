// Signed JSON Web Tokens: the assertions by which a service account or a client shows who it is.
// Thread: pure function.   Source: RFC 7515 (JWS compact form), RFC 7518 3.3 and 3.4.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "base/secret.h"

namespace tidegate::credential {

// RS256 for an RSA key, ES256 for one on P-256. `key_id` (may be empty) becomes "kid"; `claims` is
// a JSON object.
// Errors: kInvalidConfig: no private key in the PEM text, one with a passphrase, or of another
// kind. The text of the key is in none of them.
Result<std::string> sign_jwt(const Secret& key_pem, std::string_view key_id,
                             std::string_view claims);

// Whether sign_jwt() takes the key.
Result<void> check_signing_key(const Secret& key_pem);

}  // namespace tidegate::credential
