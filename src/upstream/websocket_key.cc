#include "upstream/websocket_key.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <span>

namespace tidegate::upstream {
namespace {

std::string_view to_base64(std::span<const unsigned char> bytes, Arena& arena) {
  std::array<unsigned char, 64> text{};
  const int size = EVP_EncodeBlock(text.data(), bytes.data(), static_cast<int>(bytes.size()));
  return arena.copy({reinterpret_cast<const char*>(text.data()), static_cast<std::size_t>(size)});
}

}  // namespace

std::string_view make_websocket_key(Random& random, Arena& arena) {
  const std::array<std::uint64_t, 2> words = {random.next(), random.next()};
  std::array<unsigned char, sizeof words> bytes{};
  std::memcpy(bytes.data(), words.data(), sizeof words);
  return to_base64(bytes, arena);
}

std::string_view websocket_accept_of(std::string_view key, Arena& arena) {
  constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  const std::string_view text = arena.concat({key, kGuid});
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return to_base64(digest, arena);
}

}  // namespace tidegate::upstream
