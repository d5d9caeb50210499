#include "cache/key.h"

#include <openssl/evp.h>

#include <cstring>

#include "base/check.h"

namespace tidegate::cache {

struct KeyBuilder::Digest {
  Digest() : context(EVP_MD_CTX_new()) {
    TIDEGATE_CHECK(context != nullptr);
    TIDEGATE_CHECK(EVP_DigestInit_ex(context, EVP_sha256(), nullptr) == 1);
  }
  ~Digest() { EVP_MD_CTX_free(context); }
  Digest(const Digest&) = delete;
  Digest& operator=(const Digest&) = delete;

  void update(const void* bytes, std::size_t size) const {
    TIDEGATE_CHECK(EVP_DigestUpdate(context, bytes, size) == 1);
  }
  EVP_MD_CTX* context;
};

KeyBuilder::KeyBuilder() : digest_(std::make_unique<Digest>()) {}
KeyBuilder::~KeyBuilder() = default;

void KeyBuilder::add(std::string_view part) {
  add(std::uint64_t{part.size()});
  digest_->update(part.data(), part.size());
}

void KeyBuilder::add(std::uint64_t number) { digest_->update(&number, sizeof number); }

Key KeyBuilder::finish() {
  Key key;
  static_assert(sizeof key.words == 32);
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes;
  unsigned size = 0;
  TIDEGATE_CHECK(EVP_DigestFinal_ex(digest_->context, bytes.data(), &size) == 1 && size == 32);
  std::memcpy(key.words.data(), bytes.data(), size);
  return key;
}

}  // namespace tidegate::cache
