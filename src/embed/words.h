// A text as folded words: without case, accents and marks; punctuation and ideographs are words of
// their own.
//
// The rules are those of uncased BERT tokenizers (BertNormalizer, BertPreTokenizer), so that a
// vocabulary of theirs fits; lexical vectors and search use the same words.   Thread: one owner.
// Source: Hugging Face tokenizers, normalizers/bert.rs and pre_tokenizers/bert.rs (2026-11).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tidegate::embed {

struct Word {
  std::string_view text;  // folded, UTF-8; valid until the next call
  std::uint32_t characters = 0;
  bool punctuation = false;
};

class Words {
 public:
  // What a longer word has beyond it is passed over.
  static constexpr std::size_t kMaxBytes = 512;

  // `text`: UTF-8; a byte that is none is U+FFFD, which is dropped.
  explicit Words(std::string_view text) : rest_(text) {}

  // False: there are no more.
  bool next(Word& out);

 private:
  bool take_ascii();
  bool take_other();
  void append(char32_t code);

  std::string_view rest_;
  std::size_t size_ = 0;
  std::uint32_t characters_ = 0;
  bool punctuation_ = false;
  std::array<char, kMaxBytes> buffer_;
};

}  // namespace tidegate::embed
