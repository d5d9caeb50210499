// Checksums of addresses of crypto currencies.   Thread: pure functions.
// Source: BIP 13, BIP 173, BIP 350, EIP-55, Keccak team "Keccak reference 3.0".
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace tidegate::pii {

// Base 58 with the first bytes of a double SHA-256 behind it; versions of Bitcoin's main net.
bool is_base58_address(std::string_view text);
// "bc1" with bech32 (version 0) or bech32m (later ones).
bool is_bech32_address(std::string_view text);
// "0x" and 40 digits whose capitals are a checksum. Without capitals, or in capitals alone, it has
// none, and any will do.
bool is_eip55_address(std::string_view text);

// Keccak-256 as Ethereum uses it, which is not SHA3-256. `text` is shorter than 136 bytes.
std::array<std::uint8_t, 32> keccak256(std::string_view text);

}  // namespace tidegate::pii
