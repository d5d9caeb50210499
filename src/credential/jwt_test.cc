#include "credential/jwt.h"

#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <memory>
#include <string>

#include "digest/digest.h"
#include "support/certificates.h"

namespace tidegate::credential {
namespace {

using PublicKey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

std::string from_base64url(std::string_view text) {
  std::string padded(text);
  for (char& c : padded) c = c == '-' ? '+' : c == '_' ? '/' : c;
  std::size_t padding = 0;
  for (; padded.size() % 4 != 0; ++padding) padded.push_back('=');
  std::string bytes(padded.size() / 4 * 3, '\0');
  EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                  reinterpret_cast<const unsigned char*>(padded.data()),
                  static_cast<int>(padded.size()));
  bytes.resize(bytes.size() - padding);
  return bytes;
}

PublicKey parse_key(const Secret& pem) {
  BIO* bio = BIO_new_mem_buf(pem.reveal().data(), static_cast<int>(pem.reveal().size()));
  EVP_PKEY* key = PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr);
  BIO_free(bio);
  return {key, &EVP_PKEY_free};
}

bool verifies(EVP_PKEY* key, std::string_view signed_part, std::string_view signature) {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EVP_DigestVerifyInit(context, nullptr, EVP_sha256(), nullptr, key);
  const int good = EVP_DigestVerify(
      context, reinterpret_cast<const unsigned char*>(signature.data()), signature.size(),
      reinterpret_cast<const unsigned char*>(signed_part.data()), signed_part.size());
  EVP_MD_CTX_free(context);
  return good == 1;
}

// r and s as the DER sequence that OpenSSL verifies.
std::string to_der(std::string_view flat) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(flat.data());
  ECDSA_SIG* signature = ECDSA_SIG_new();
  ECDSA_SIG_set0(signature, BN_bin2bn(bytes, 32, nullptr), BN_bin2bn(bytes + 32, 32, nullptr));
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(signature, &der);
  std::string text(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  ECDSA_SIG_free(signature);
  return text;
}

Secret make_key(testing::KeyType type) {
  return testing::Authority("ca").issue({.dns_names = {"a.example"}, .key_type = type}).key_pem;
}

TEST(Jwt, SignsWithRsa) {
  const Secret pem = make_key(testing::KeyType::kRsa);
  const auto token = sign_jwt(pem, "key-1", R"({"iss":"me"})");
  ASSERT_TRUE(token) << token.error().detail;
  const auto dot = token->rfind('.');
  EXPECT_EQ(token->substr(0, dot), to_base64url(R"({"alg":"RS256","typ":"JWT","kid":"key-1"})") +
                                       "." + to_base64url(R"({"iss":"me"})"));
  EXPECT_TRUE(verifies(parse_key(pem).get(), token->substr(0, dot),
                       from_base64url(token->substr(dot + 1))));
}

TEST(Jwt, SignsWithP256AndFlatSignature) {
  const Secret pem = make_key(testing::KeyType::kEcdsa);
  const auto token = sign_jwt(pem, "", R"({"iss":"me"})");
  ASSERT_TRUE(token) << token.error().detail;
  const auto dot = token->rfind('.');
  const std::string flat = from_base64url(token->substr(dot + 1));
  ASSERT_EQ(flat.size(), 64U);
  EXPECT_TRUE(token->starts_with(to_base64url(R"({"alg":"ES256","typ":"JWT"})")));
  EXPECT_TRUE(verifies(parse_key(pem).get(), token->substr(0, dot), to_der(flat)));
}

TEST(Jwt, RefusesOtherKeysWithoutRepeatingThem) {
  for (const char* pem :
       {"", "hunter2", "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----\n"}) {
    const auto token = sign_jwt(Secret(pem), "", "{}");
    ASSERT_FALSE(token);
    EXPECT_EQ(token.error().code, ErrorCode::kInvalidConfig);
    EXPECT_EQ(token.error().detail.find("hunter2"), std::string::npos);
    EXPECT_FALSE(check_signing_key(Secret(pem)));
  }
}

}  // namespace
}  // namespace tidegate::credential
