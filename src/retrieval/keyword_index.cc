#include "retrieval/keyword_index.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "embed/words.h"

namespace tidegate::retrieval {
namespace {

// How soon more of the same word stops to count, and how much a text's length counts.
constexpr double kSaturation = 1.2;
constexpr double kLengthWeight = 0.75;
// In fewer texts a word of half of them may still be what is asked for.
constexpr std::size_t kFewTexts = 8;
// Words of a question; one that is longer is a document itself.
constexpr std::size_t kMaxQuestionWords = 256;

}  // namespace

void KeywordIndex::add(std::string_view text) {
  const auto number = static_cast<std::uint32_t>(lengths_.size());
  std::uint32_t length = 0;
  embed::Words words(text);
  embed::Word word;
  while (words.next(word)) {
    if (word.punctuation) continue;
    ++length;
    const auto next = static_cast<std::uint32_t>(postings_.size());
    auto known = words_.find(word.text);
    if (known == words_.end()) {
      known = words_.emplace(std::string(word.text), next).first;
      postings_.emplace_back();
    }
    auto& postings = postings_[known->second];
    if (postings.empty() || postings.back().text != number) postings.push_back({number, 0});
    ++postings.back().times;
  }
  lengths_.push_back(length);
  all_words_ += length;
}

const std::vector<KeywordIndex::Posting>* KeywordIndex::find(std::string_view word) const {
  const auto known = words_.find(word);
  if (known == words_.end()) return nullptr;
  const auto& postings = postings_[known->second];
  const bool is_everywhere = size() >= kFewTexts && postings.size() * 2 > size();
  return is_everywhere ? nullptr : &postings;
}

void KeywordIndex::add_scores(const std::vector<Posting>& postings,
                              std::vector<float>& scores) const {
  const auto texts = static_cast<double>(size());
  const auto with_word = static_cast<double>(postings.size());
  const double rarity = std::log(1 + (texts - with_word + 0.5) / (with_word + 0.5));
  const double mean_length = static_cast<double>(all_words_) / texts;
  for (const Posting& posting : postings) {
    const double length = lengths_[posting.text] / mean_length;
    const double norm = kSaturation * (1 - kLengthWeight + kLengthWeight * length);
    const double weight = posting.times * (kSaturation + 1) / (posting.times + norm);
    scores[posting.text] += static_cast<float>(rarity * weight);
  }
}

std::vector<Ranked> KeywordIndex::search(std::string_view question, std::size_t count) const {
  std::vector<const std::vector<Posting>*> found;
  embed::Words words(question);
  embed::Word word;
  for (std::size_t i = 0; i < kMaxQuestionWords && words.next(word); ++i) {
    const auto* postings = word.punctuation ? nullptr : find(word.text);
    if (postings == nullptr || std::ranges::find(found, postings) != found.end()) continue;
    found.push_back(postings);
  }
  if (found.empty()) return {};
  std::vector<float> scores(size());
  for (const auto* postings : found) add_scores(*postings, scores);
  std::vector<Ranked> out;
  for (std::uint32_t text = 0; text < scores.size(); ++text) {
    if (scores[text] > 0) out.push_back({text, scores[text]});
  }
  keep_best(out, count);
  return out;
}

}  // namespace tidegate::retrieval
