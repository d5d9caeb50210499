#include "guard/prompt_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "digest/digest.h"

namespace tidegate::guard {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are copied as they are");

constexpr std::string_view kMagic = "TIDEGRD1";
constexpr std::size_t kHeaderBytes = 8 + sizeof(Sha256);
constexpr std::uint32_t kPartsOfBit = 16;
constexpr std::uint32_t kMix = 0x9E3779B1;
// A window is three blocks, and the next one begins two blocks later.
constexpr std::size_t kBlock = 160;
constexpr std::size_t kSpan = 48;
constexpr std::uint32_t kMinBlanks = 5;

std::unexpected<Error> refuse(std::string_view why) {
  return fail(ErrorCode::kInvalidConfig, Origin::kInternal,
              fmt::format("model of prompts: {}", why));
}

struct Sizes {
  std::uint32_t bucket_bits;
  std::uint32_t trigram_bits;
  std::uint32_t thresholds;
  std::uint32_t parts_of_bit;
};

constexpr std::array<bool, 256> make_word_bytes() {
  std::array<bool, 256> words{};
  for (unsigned c = 0; c < 256; ++c) {
    words[c] = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c >= 128;
  }
  return words;
}
constexpr auto kWordBytes = make_word_bytes();
constexpr bool is_word(unsigned char c) { return kWordBytes[c]; }

std::uint32_t load4(const char* at) {
  std::uint32_t out = 0;
  std::memcpy(&out, at, sizeof out);
  return out;
}

// What the features that begin in a block weigh, and how many there are.
struct Block {
  std::int64_t sum = 0;
  std::uint32_t count = 0;
};

}  // namespace

Result<PromptModel> PromptModel::read(std::span<const std::byte> bytes, Verify verify) {
  const std::string_view all(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (!all.starts_with(kMagic) || all.size() < kHeaderBytes) {
    return refuse("this is no such file, or of another version");
  }
  const auto content = all.substr(kHeaderBytes);
  const auto hash = all.substr(kMagic.size(), sizeof(Sha256));
  if (verify == Verify::kHash && view_of(sha256(content)) != hash) {
    return refuse("the file is damaged: its hash is another");
  }
  PromptModel model;
  model.weights_.resize(std::size_t{1} << kBucketBits);
  model.surprisal_.resize(std::size_t{1} << kTrigramBits);
  const std::size_t weights = model.weights_.size() * sizeof(std::int16_t);
  constexpr std::size_t kNumbers = sizeof(Sizes) + 7 * sizeof(float) + sizeof(Sha256);
  if (content.size() != kNumbers + weights + model.surprisal_.size()) {
    return refuse("the file is cut, or too long");
  }
  Sizes sizes{};
  std::array<float, 7> numbers{};
  std::memcpy(&sizes, content.data(), sizeof sizes);
  std::memcpy(numbers.data(), content.data() + sizeof sizes, sizeof numbers);
  const bool fits = sizes.bucket_bits == kBucketBits && sizes.trigram_bits == kTrigramBits &&
                    sizes.thresholds == model.thresholds_.size() &&
                    sizes.parts_of_bit == kPartsOfBit;
  if (!fits) return refuse("its sizes are others");
  if (!std::ranges::all_of(numbers, [](float one) { return std::isfinite(one); })) {
    return refuse("a number is none");
  }
  model.scale_ = numbers[0];
  model.bias_ = numbers[1];
  model.odd_surprisal_ = numbers[2];
  std::copy(numbers.begin() + 3, numbers.end(), model.thresholds_.begin());
  std::memcpy(model.weights_.data(), content.data() + kNumbers, weights);
  std::memcpy(model.surprisal_.data(), content.data() + kNumbers + weights,
              model.surprisal_.size());
  return model;
}

const PromptModel& PromptModel::builtin() {
  // What is built in has the shape: a test reads it with its hash.
  static const PromptModel model = *read(builtin_prompt_model(), Verify::kShape);
  return model;
}

float PromptModel::margin(std::string_view folded) const {
  // Sums of the last three blocks, of which a window is made.
  std::array<Block, 3> blocks{};
  float most = -INFINITY;
  std::uint32_t word = 0;  // the hash of the word that stands here
  std::uint32_t one = 0;   // of those before
  std::uint32_t two = 0;
  std::size_t words = 0;
  const auto look_at = [&] {
    std::int64_t sum = 0;
    std::uint32_t count = 0;
    for (const auto& block : blocks) {
      sum += block.sum;
      count += block.count;
    }
    if (count == 0) return;
    const float mean = static_cast<float>(sum) / std::sqrt(static_cast<float>(count));
    most = std::max(most, mean * scale_ + bias_);
  };
  const auto end = folded.size();
  std::size_t number = 0;
  for (std::size_t begin = 0; begin < end; begin += kBlock, ++number) {
    Block& block = blocks[number % 3];
    block = {};
    const auto stop = std::min(begin + kBlock, end);
    for (auto at = begin; at < stop; ++at) {
      if (at + 4 <= end) {
        block.sum += weight(load4(folded.data() + at) * kMix);
        ++block.count;
      }
      const bool starts = is_word(static_cast<unsigned char>(folded[at])) &&
                          (at == 0 || !is_word(static_cast<unsigned char>(folded[at - 1])));
      if (!starts) continue;
      word = 0x811c9dc5;
      for (auto to = at; to < end && is_word(static_cast<unsigned char>(folded[to])); ++to) {
        word = (word ^ static_cast<unsigned char>(folded[to])) * 0x01000193U;
      }
      constexpr std::uint32_t kSpread = 0x85EBCA77;
      block.sum += weight(word * kSpread);
      if (words >= 1) block.sum += weight((one * kMix + word) * kSpread);
      if (words >= 2) block.sum += weight(((two * kMix + one) * kMix + word) * kSpread);
      block.count += static_cast<std::uint32_t>(std::min<std::size_t>(words, 2) + 1);
      two = one;
      one = word;
      ++words;
    }
    if (number >= 2 && number % 2 == 0) look_at();
  }
  // What is left behind the last window, or a text that is shorter than one.
  if (number == 1 || number == 2) look_at();
  if (number > 3 && number % 2 == 0 && blocks[(number - 1) % 3].count != 0) {
    blocks[number % 3] = {};  // the last window has two blocks
    look_at();
  }
  return std::isfinite(most) ? most : bias_;
}

float PromptModel::surprisal(std::string_view folded) const {
  if (folded.size() < kSpan + 2) return 0;
  const auto bits = [&](std::size_t at) -> std::uint32_t {
    const auto* data = reinterpret_cast<const unsigned char*>(folded.data()) + at;
    const std::uint32_t key =
        data[0] | std::uint32_t{data[1]} << 8U | std::uint32_t{data[2]} << 16U;
    return surprisal_[key * kMix >> (32 - kTrigramBits)];
  };
  // Of the last bytes: their bits, and in one number how many are blanks and how many foreign.
  struct Seen {
    std::uint32_t bits = 0;
    std::uint32_t kinds = 0;
  };
  constexpr std::uint32_t kForeign = 0x10000;
  std::array<Seen, kSpan> last{};
  std::uint32_t most = 0;
  Seen sum;
  std::size_t slot = 0;
  for (std::size_t at = 0; at + 2 < folded.size(); ++at) {
    const auto c = static_cast<unsigned char>(folded[at]);
    const Seen seen{bits(at), (c == ' ' ? 1U : 0U) + (c >= 128 ? kForeign : 0U)};
    sum.bits += seen.bits - last[slot].bits;
    sum.kinds += seen.kinds - last[slot].kinds;
    last[slot] = seen;
    if (++slot == kSpan) slot = 0;
    const bool counts = at + 1 >= kSpan && sum.kinds >= kMinBlanks && sum.kinds < kForeign;
    if (counts) most = std::max(most, sum.bits);
  }
  return static_cast<float>(most) / static_cast<float>(kSpan * kPartsOfBit);
}

}  // namespace tidegate::guard
