// What a trained classifier sees of a text: its n-grams and words, hashed into buckets, and its
// vector.   Thread: pure functions.
// Source: Weinberger et al., Feature Hashing for Large Scale Multitask Learning (2009).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace tidegate::intent {

inline constexpr std::size_t kBuckets = 1U << 16U;

struct Feature {
  std::uint32_t bucket = 0;
  float value = 0;
};

// The n-grams of 3 to 5 bytes within folded words, the words and their pairs: each bucket once,
// with 1 + log(count), all together of length one.
void extract_features(std::string_view text, std::vector<Feature>& out);

}  // namespace tidegate::intent
