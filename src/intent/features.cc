#include "intent/features.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "embed/words.h"

namespace tidegate::intent {
namespace {

constexpr std::uint32_t kPrime = 0x01000193;
constexpr std::size_t kShortestGram = 3;
constexpr std::size_t kLongestGram = 5;

// Counts in place, and remembers which places were touched.
class Counter {
 public:
  explicit Counter(std::vector<Feature>& out) : counts_(kBuckets), out_(out) {}

  void add(std::uint32_t hash) {
    const std::uint32_t bucket = (hash ^ hash >> 16U) * 0x9E3779B1U >> 16U;
    if (counts_[bucket] == 0) out_.push_back({bucket, 0});
    if (counts_[bucket] < UINT16_MAX) ++counts_[bucket];
  }
  std::uint16_t count(std::uint32_t bucket) const { return counts_[bucket]; }

 private:
  std::vector<std::uint16_t> counts_;
  std::vector<Feature>& out_;
};

std::uint32_t step(std::uint32_t hash, std::uint32_t value) { return (hash ^ value) * kPrime; }

void add_grams(std::string_view word, Counter& to) {
  std::array<char, embed::Words::kMaxBytes + 2> marked;
  marked[0] = '\x02';
  std::ranges::copy(word, marked.begin() + 1);
  marked[word.size() + 1] = '\x03';
  const std::string_view text(marked.data(), word.size() + 2);
  for (std::size_t begin = 0; begin + kShortestGram <= text.size(); ++begin) {
    std::uint32_t hash = 0x811c9dc5;
    const std::size_t size = std::min(kLongestGram, text.size() - begin);
    for (std::size_t at = 0; at < size; ++at) {
      hash = step(hash, static_cast<unsigned char>(text[begin + at]));
      if (at + 1 >= kShortestGram) to.add(hash);
    }
  }
}

}  // namespace

void extract_features(std::string_view text, std::vector<Feature>& out) {
  out.clear();
  Counter counter(out);
  embed::Words words(text);
  embed::Word word;
  std::uint32_t before = 0;
  while (words.next(word)) {
    if (word.punctuation) continue;
    std::uint32_t hash = 0x9e3779b9;  // a word is not the n-gram of the same letters
    for (const char byte : word.text) hash = step(hash, static_cast<unsigned char>(byte));
    counter.add(hash);
    if (before != 0) counter.add(step(step(0xd1b54a32, before), hash));
    add_grams(word.text, counter);
    before = hash;
  }
  float squared = 0;
  for (Feature& one : out) {
    one.value = 1 + std::log(static_cast<float>(counter.count(one.bucket)));
    squared += one.value * one.value;
  }
  const float scale = out.empty() ? 0 : 1 / std::sqrt(squared);
  for (Feature& one : out) one.value *= scale;
}

}  // namespace tidegate::intent
