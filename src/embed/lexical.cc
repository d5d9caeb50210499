#include "embed/lexical.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/check.h"
#include "embed/words.h"

namespace tidegate::embed {
namespace {

constexpr std::uint64_t kFnvPrime = 0x100000001b3;
constexpr std::size_t kShortestGram = 3;
constexpr std::size_t kLongestGram = 5;

// What a whole word says more than one of its pieces, and a pair of words less than either.
constexpr float kWordWeight = 2.0F;
constexpr float kPairWeight = 1.0F;
constexpr float kGramWeight = 0.5F;
// Words of up to three characters are mostly articles, prepositions and pronouns.
constexpr std::uint32_t kShortWord = 3;
constexpr float kShortFactor = 0.3F;

// What is hashed starts differently, so that "the" as a word is not "the" as a piece.
enum class Seed : std::uint64_t {
  kGram = 0xcbf29ce484222325,
  kWord = 0x9e3779b97f4a7c15,
  kPair = 0xd1b54a32d192ed03,
};

std::uint64_t step(std::uint64_t hash, std::uint64_t value) { return (hash ^ value) * kFnvPrime; }

std::uint64_t hash_text(Seed seed, std::string_view text) {
  auto hash = static_cast<std::uint64_t>(seed);
  for (const char byte : text) hash = step(hash, static_cast<unsigned char>(byte));
  return hash;
}

void add(std::uint64_t hash, float weight, std::span<float> out) {
  hash ^= hash >> 32U;  // FNV mixes upward
  hash *= 0x9e3779b97f4a7c15;
  const std::size_t bucket = hash >> 40U & (LexicalEmbedder::kDimension - 1);
  out[bucket] += (hash >> 63U) != 0 ? weight : -weight;
}

// All n-grams of a word with a mark at either end.
void add_grams(std::string_view word, float weight, std::span<float> out) {
  std::array<char, Words::kMaxBytes + 2> marked;
  marked[0] = '\x02';
  std::ranges::copy(word, marked.begin() + 1);
  marked[word.size() + 1] = '\x03';
  const std::string_view text(marked.data(), word.size() + 2);
  for (std::size_t begin = 0; begin + kShortestGram <= text.size(); ++begin) {
    auto hash = static_cast<std::uint64_t>(Seed::kGram);
    const std::size_t size = std::min(kLongestGram, text.size() - begin);
    for (std::size_t at = 0; at < size; ++at) {
      hash = step(hash, static_cast<unsigned char>(text[begin + at]));
      if (at + 1 >= kShortestGram) add(hash, weight, out);
    }
  }
}

void embed_text(std::string_view text, std::span<float> out) {
  std::ranges::fill(out, 0.0F);
  Words words(text);
  Word word;
  std::uint64_t before = 0;
  while (words.next(word)) {
    if (word.punctuation) continue;
    const bool is_ascii = static_cast<unsigned char>(word.text.front()) < 0x80;
    const float factor = is_ascii && word.characters <= kShortWord ? kShortFactor : 1.0F;
    const auto hash = hash_text(Seed::kWord, word.text);
    add(hash, kWordWeight * factor, out);
    if (before != 0) {
      add(step(step(static_cast<std::uint64_t>(Seed::kPair), before), hash), kPairWeight * factor,
          out);
    }
    add_grams(word.text, kGramWeight * factor, out);
    before = hash;
  }
  normalize(out);
}

}  // namespace

void LexicalEmbedder::embed(std::span<const std::string_view> texts, std::span<float> out) const {
  TIDEGATE_DCHECK(out.size() == texts.size() * kDimension);
  for (std::size_t at = 0; at < texts.size(); ++at) {
    embed_text(texts[at], out.subspan(at * kDimension, kDimension));
  }
}

}  // namespace tidegate::embed
