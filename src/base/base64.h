// Base64 and base64url.   Source: RFC 4648 sections 4 and 5.   Thread: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tidegate {

enum class Base64 : std::uint8_t {
  kStandard,  // + and /, padded with =
  kUrl,       // - and _, without padding
};

// Appends `bytes`, encoded.
void append_base64(std::string& out, std::string_view bytes, Base64 alphabet = Base64::kStandard);

// The bytes. Either alphabet, with or without padding, as clients of every kind write it; empty
// optional for any other character, a length that cannot be, and padding where none belongs.
std::optional<std::string> parse_base64(std::string_view text);

}  // namespace tidegate
