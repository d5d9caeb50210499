#include "credential/jwt.h"

#include <openssl/bio.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <memory>

#include "digest/digest.h"
#include "json/writer.h"

namespace tidegate::credential {
namespace {

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using Bio = std::unique_ptr<BIO, Deleter<BIO_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Deleter<EVP_MD_CTX_free>>;
using EcSignature = std::unique_ptr<ECDSA_SIG, Deleter<ECDSA_SIG_free>>;

constexpr int kCoordinateBytes = 32;  // P-256

std::unexpected<Error> unusable(std::string detail) {
  ERR_clear_error();
  return fail(ErrorCode::kInvalidConfig, Origin::kInternal, std::move(detail));
}

// Keys with a passphrase are refused instead of asked for on a terminal.
int no_passphrase(char*, int, int, void*) { return 0; }

Result<Key> parse_key(const Secret& pem) {
  const std::string_view text = pem.reveal();
  const Bio bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
  if (key == nullptr) return unusable("no private key in PEM form without passphrase");
  const int type = EVP_PKEY_get_base_id(key.get());
  const bool p256 = type == EVP_PKEY_EC && EVP_PKEY_get_bits(key.get()) == kCoordinateBytes * 8;
  if (type != EVP_PKEY_RSA && !p256) return unusable("the private key is neither RSA nor P-256");
  return key;
}

// JOSE wants r and s side by side, not the DER that OpenSSL makes (RFC 7518 3.4).
Result<std::string> flatten(std::string_view der) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
  const EcSignature parsed(d2i_ECDSA_SIG(nullptr, &bytes, static_cast<long>(der.size())));
  if (parsed == nullptr) return unusable("signing failed");
  std::string flat(2 * kCoordinateBytes, '\0');
  auto* out = reinterpret_cast<unsigned char*>(flat.data());
  BN_bn2binpad(ECDSA_SIG_get0_r(parsed.get()), out, kCoordinateBytes);
  BN_bn2binpad(ECDSA_SIG_get0_s(parsed.get()), out + kCoordinateBytes, kCoordinateBytes);
  return flat;
}

Result<std::string> sign(EVP_PKEY* key, std::string_view text) {
  const DigestContext context(EVP_MD_CTX_new());
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  std::size_t size = 0;
  if (EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key) != 1 ||
      EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size()) != 1) {
    return unusable("signing failed");
  }
  std::string signature(size, '\0');
  if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                     bytes, text.size()) != 1) {
    return unusable("signing failed");
  }
  signature.resize(size);
  return EVP_PKEY_get_base_id(key) == EVP_PKEY_EC ? flatten(signature) : signature;
}

}  // namespace

Result<std::string> sign_jwt(const Secret& key_pem, std::string_view key_id,
                             std::string_view claims) {
  TIDEGATE_TRY(key, parse_key(key_pem));
  std::string header;
  json::Writer writer(header);
  writer.begin_object();
  writer.member("alg", EVP_PKEY_get_base_id(key.get()) == EVP_PKEY_EC ? "ES256" : "RS256");
  writer.member("typ", "JWT");
  if (!key_id.empty()) writer.member("kid", key_id);
  writer.end_object();
  std::string token = to_base64url(header) + "." + to_base64url(claims);
  TIDEGATE_TRY(signature, sign(key.get(), token));
  return token + "." + to_base64url(signature);
}

Result<void> check_signing_key(const Secret& key_pem) {
  TIDEGATE_TRY_VOID(parse_key(key_pem));
  return {};
}

}  // namespace tidegate::credential
