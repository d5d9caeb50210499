#include "postgres/scram.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "base/base64.h"
#include "base/check.h"

namespace tidegate::postgres {
namespace {

using Digest = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

Digest hmac(const Digest& key, std::string_view text) {
  Digest out;
  unsigned size = 0;
  TIDEGATE_CHECK(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(text),
                      text.size(), out.data(), &size) != nullptr);
  return out;
}

std::string base64(const Digest& bytes) {
  std::string out;
  append_base64(out, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  return out;
}

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
  Digest salted;
  TIDEGATE_CHECK(PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()),
                                   bytes_of(*salt), static_cast<int>(salt->size()), rounds,
                                   EVP_sha256(), static_cast<int>(salted.size()),
                                   salted.data()) == 1);
  // "biws" is "n,,": no channel binding.
  std::string message = "c=biws,r=" + std::string(*nonce);
  const std::string signed_text = first_bare_ + "," + std::string(server_first) + "," + message;
  const Digest client_key = hmac(salted, "Client Key");
  Digest stored_key;
  SHA256(client_key.data(), client_key.size(), stored_key.data());
  Digest proof = hmac(stored_key, signed_text);
  for (std::size_t i = 0; i < proof.size(); ++i) proof[i] ^= client_key[i];
  server_signature_ = base64(hmac(hmac(salted, "Server Key"), signed_text));
  return message + ",p=" + base64(proof);
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
  std::string out;
  append_base64(out, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  return out;
}

}  // namespace tidegate::postgres
