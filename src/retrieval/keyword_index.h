// Texts found by their words: BM25 over folded words (embed/words.h).
//
// Words that stand in more than half of the texts say nothing and are passed over.
// Thread: add() belongs to one owner; immutable from then on, and search() runs on any thread.
// Source: Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond (2009).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "retrieval/ranking.h"

namespace tidegate::retrieval {

class KeywordIndex {
 public:
  // Texts are numbered from 0 in the order in which they come.
  void add(std::string_view text);

  // The best `count` texts that have a word of the question.
  std::vector<Ranked> search(std::string_view question, std::size_t count) const;

  std::size_t size() const { return lengths_.size(); }

 private:
  struct Posting {
    std::uint32_t text = 0;
    std::uint32_t times = 0;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };

  const std::vector<Posting>* find(std::string_view word) const;
  void add_scores(const std::vector<Posting>& postings, std::vector<float>& scores) const;

  std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>> words_;
  std::vector<std::vector<Posting>> postings_;  // by word; in the order of texts
  std::vector<std::uint32_t> lengths_;          // of texts, in words
  std::uint64_t all_words_ = 0;
};

}  // namespace tidegate::retrieval
