#include "postgres/scram.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "base/base64.h"
#include "base/check.h"
#include "digest/digest.h"

namespace tidegate::postgres {
namespace {

std::unexpected<Error> wrong(ErrorCode code, std::string detail) {
  return fail(code, Origin::kUpstream, "PostgreSQL's SCRAM: " + std::move(detail));
}

// The value of the attribute that comes next, "r=...".
std::optional<std::string_view> take(std::string_view& message, char name) {
  if (message.size() < 2 || message[0] != name || message[1] != '=') return std::nullopt;
  const std::size_t end = std::min(message.find(','), message.size());
  const std::string_view value = message.substr(2, end - 2);
  message.remove_prefix(std::min(end + 1, message.size()));
  return value;
}

}  // namespace

Scram::Scram(std::string_view user, Secret password, std::string_view nonce)
    : password_(std::move(password)),
      nonce_(nonce),
      first_bare_("n=" + std::string(user) + ",r=" + nonce_) {}

std::string Scram::first_message() const { return "n,," + first_bare_; }

Result<std::string> Scram::final_message(std::string_view server_first) {
  std::string_view rest = server_first;
  const auto nonce = take(rest, 'r');
  const auto salt_text = take(rest, 's');
  const auto rounds_text = take(rest, 'i');
  const auto salt = salt_text ? parse_base64(*salt_text) : std::nullopt;
  int rounds = 0;
  const bool has_rounds =
      rounds_text &&
      std::from_chars(rounds_text->data(), rounds_text->data() + rounds_text->size(), rounds).ec ==
          std::errc();
  // Its nonce goes on from ours: nobody plays an old dialogue.
  if (!nonce || !nonce->starts_with(nonce_) || nonce->size() == nonce_.size() || !salt ||
      salt->empty() || !has_rounds || rounds < 1) {
    return wrong(ErrorCode::kMalformed, "the server's first message");
  }
  if (rounds > kMaxIterations) return wrong(ErrorCode::kForbidden, "too many iterations");
  const std::string_view password = password_.reveal();
  Sha256 salted;
  TIDEGATE_CHECK(PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()),
                                   reinterpret_cast<const unsigned char*>(salt->data()),
                                   static_cast<int>(salt->size()), rounds, EVP_sha256(),
                                   static_cast<int>(salted.size()), salted.data()) == 1);
  // "biws" is "n,,": no channel binding.
  std::string message = "c=biws,r=" + std::string(*nonce);
  const std::string signed_text = first_bare_ + "," + std::string(server_first) + "," + message;
  const Sha256 client_key = hmac_sha256(view_of(salted), "Client Key");
  const Sha256 stored_key = sha256(view_of(client_key));
  Sha256 proof = hmac_sha256(view_of(stored_key), signed_text);
  for (std::size_t i = 0; i < proof.size(); ++i) proof[i] ^= client_key[i];
  const Sha256 server_key = hmac_sha256(view_of(salted), "Server Key");
  server_signature_ = to_base64(view_of(hmac_sha256(view_of(server_key), signed_text)));
  return message + ",p=" + to_base64(view_of(proof));
}

Result<void> Scram::check(std::string_view server_final) const {
  const auto signature = take(server_final, 'v');
  if (!signature) return wrong(ErrorCode::kMalformed, "the server's last message");
  if (server_signature_.empty() || signature->size() != server_signature_.size() ||
      CRYPTO_memcmp(signature->data(), server_signature_.data(), signature->size()) != 0) {
    return wrong(ErrorCode::kForbidden, "the server does not know the password");
  }
  return {};
}

std::string make_nonce() {
  std::array<unsigned char, 18> bytes;
  TIDEGATE_CHECK(RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1);
  return to_base64({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

}  // namespace tidegate::postgres
