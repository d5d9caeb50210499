// What was learnt of attacks and of honest texts: a linear classifier, and how surprising letters
// are. tools/guard/train.py writes the file, which is part of the binary.
//
//   0  magic "TIDEGRD1"
//   8  SHA-256 of all that follows it, byte 40 to the end
//  40  u32 bits of a bucket, bits of a trigram's slot, thresholds (4), parts of a bit
//      f32 scale of the weights, bias, bits of surprisal that are odd
//      f32 threshold[4]: margins that .1, .5, 1 and 3 % of honest texts exceeded
//      SHA-256 of tools/guard/manifest.txt
//      i16 weight[buckets], u8 surprisal[slots]
//
// Little-endian, nothing aligned.   Thread: immutable.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace tidegate::guard {

class PromptModel {
 public:
  enum class Verify : std::uint8_t { kHash, kShape };
  // Margins that so many honest texts exceed.
  enum Rate : std::size_t { kOneIn1000, kFiveIn1000, kOneIn100, kThreeIn100 };

  // `bytes` may be anything, and are copied. kShape passes over the hash.
  // Errors: kInvalidConfig, which tells what does not fit.
  static Result<PromptModel> read(std::span<const std::byte> bytes, Verify verify);
  // The one that ships.
  static const PromptModel& builtin();

  // How far a folded text is on the side of attacks: the most of its windows of 480 bytes.
  float margin(std::string_view folded) const;
  float threshold(Rate rate) const { return thresholds_[rate]; }

  // The most bits that a letter says, on average over 48 bytes that are words in ASCII.
  float surprisal(std::string_view folded) const;
  float odd_surprisal() const { return odd_surprisal_; }

 private:
  static constexpr unsigned kBucketBits = 17;
  static constexpr unsigned kTrigramBits = 15;

  PromptModel() = default;
  std::int16_t weight(std::uint32_t hash) const { return weights_[hash >> (32 - kBucketBits)]; }

  std::vector<std::int16_t> weights_;
  std::vector<std::uint8_t> surprisal_;
  float scale_ = 0;
  float bias_ = 0;
  float odd_surprisal_ = 0;
  std::array<float, 4> thresholds_{};
};

// The bytes of the file that ships.
std::span<const std::byte> builtin_prompt_model();

}  // namespace tidegate::guard
