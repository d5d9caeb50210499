// Hashing of the texts that matchers are found by: hosts, paths, model names.
//
// Keys come from configuration and lookups from clients, so a client cannot make collisions;
// quality only has to keep an open-addressing table short. Values are not stable between builds:
// never store them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace tidegate::route {

inline constexpr std::uint64_t kHashSeed = 0x9e3779b97f4a7c15ULL;

// Folds two words into one by a 128-bit product.
inline std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a ^ 0x2d358dccaa6c78a5ULL) * (b ^ 0x8bb84b93962eacc9ULL);
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

// Hash of `text`; chain calls through `seed` to hash a sequence.
inline std::uint64_t hash_text(std::string_view text, std::uint64_t seed = kHashSeed) {
  const char* at = text.data();
  std::size_t left = text.size();
  std::uint64_t hash = seed ^ text.size();
  while (left >= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, 8);
    hash = mix(hash, word);
    at += 8;
    left -= 8;
  }
  if (left >= 4) {
    std::uint32_t head = 0;
    std::uint32_t tail = 0;
    std::memcpy(&head, at, 4);
    std::memcpy(&tail, at + left - 4, 4);
    return mix(hash, (std::uint64_t{head} << 32) | tail);
  }
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < left; ++i) word = (word << 8) | static_cast<unsigned char>(at[i]);
  return mix(hash, word);
}

}  // namespace tidegate::route
