// SHA-256, HMAC-SHA256 and the texts that bytes travel as.   Thread: pure functions.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace tidegate {

using Sha256 = std::array<unsigned char, 32>;

Sha256 sha256(std::string_view bytes);
Sha256 hmac_sha256(std::string_view key, std::string_view bytes);
inline std::string_view view_of(const Sha256& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

// Lower-case hexadecimal.
std::string to_hex(std::string_view bytes);
// RFC 4648 section 5, without padding.
std::string to_base64url(std::string_view bytes);
// RFC 4648 section 4, with padding.
std::string to_base64(std::string_view bytes);

}  // namespace tidegate
