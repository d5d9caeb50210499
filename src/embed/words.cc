#include "embed/words.h"

#include <algorithm>
#include <span>

#include "base/utf8.h"
#include "embed/fold_table.h"

namespace tidegate::embed {
namespace {

constexpr bool is_alphanumeric(unsigned char byte) {
  return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
         (byte >= 'A' && byte <= 'Z');
}

constexpr std::array<CharClass, 128> kAscii = [] {
  std::array<CharClass, 128> table{};
  for (unsigned char byte = 0; byte < 128; ++byte) {
    if (byte == ' ' || (byte >= '\t' && byte <= '\r')) {
      table[byte] = CharClass::kSpace;
    } else if (byte < ' ' || byte == 127) {
      table[byte] = CharClass::kDropped;
    } else if (!is_alphanumeric(byte)) {
      table[byte] = CharClass::kPunctuation;
    }
  }
  return table;
}();

CharClass classify(char32_t code) {
  if (code < kAscii.size()) return kAscii[code];
  const auto ranges = char_ranges();
  const auto found = std::ranges::lower_bound(ranges, code, {}, &CharRange::last);
  return found == ranges.end() || found->first > code ? CharClass::kLetter : found->what;
}

struct Folded {
  std::array<char32_t, 3> codes{};
  std::size_t size = 1;
};

// Source: Unicode 15, section 3.12, Hangul syllable decomposition.
Folded fold_hangul(char32_t code) {
  constexpr char32_t kVowels = 21;
  constexpr char32_t kTails = 28;
  const char32_t index = code - 0xAC00;
  const char32_t tail = index % kTails;
  return {{0x1100 + index / (kVowels * kTails), 0x1161 + index / kTails % kVowels, 0x11A7 + tail},
          tail == 0 ? 2U : 3U};
}

Folded fold(char32_t code) {
  if (code >= 0xAC00 && code <= 0xD7A3) return fold_hangul(code);
  const auto runs = fold_runs();
  const auto run = std::ranges::lower_bound(runs, code, {}, &FoldRun::last);
  if (run != runs.end() && run->first <= code && (code - run->first) % run->step == 0) {
    return {{static_cast<char32_t>(static_cast<std::int32_t>(code) + run->delta)}};
  }
  const auto longer = std::ranges::lower_bound(long_folds(), code, {}, &LongFold::from);
  if (longer == long_folds().end() || longer->from != code) return {{code}};
  return {longer->to, longer->to[2] == 0 ? 2U : 3U};
}

}  // namespace

bool Words::next(Word& out) {
  size_ = 0;
  characters_ = 0;
  punctuation_ = false;
  bool ended = false;
  while (!ended && !rest_.empty()) {
    ended = static_cast<unsigned char>(rest_.front()) < 0x80 ? take_ascii() : take_other();
  }
  out = {std::string_view(buffer_.data(), size_), characters_, punctuation_};
  return characters_ != 0;
}

// Takes one character, or ends the word in front of it. True: the word has ended.
bool Words::take_ascii() {
  const auto byte = static_cast<unsigned char>(rest_.front());
  const CharClass what = kAscii[byte];
  const bool has_word = characters_ != 0;
  if (what == CharClass::kPunctuation && has_word) return true;
  rest_.remove_prefix(1);
  switch (what) {
    case CharClass::kLetter:
      append(byte >= 'A' && byte <= 'Z' ? byte + ('a' - 'A') : byte);
      return false;
    case CharClass::kSpace:
      return has_word;
    case CharClass::kPunctuation:
    case CharClass::kIdeograph:
      append(byte);
      return punctuation_ = true;
    case CharClass::kDropped:
      break;
  }
  return false;
}

bool Words::take_other() {
  const CodePoint point = decode_point(rest_);
  const CharClass what = classify(point.value);
  const bool has_word = characters_ != 0;
  if (what == CharClass::kDropped || what == CharClass::kSpace) {
    rest_.remove_prefix(point.bytes);
    return what == CharClass::kSpace && has_word;
  }
  const Folded folded = fold(point.value);
  // A few fold to punctuation: U+037E is a semicolon.
  const bool is_punctuation = classify(folded.codes[0]) == CharClass::kPunctuation;
  const bool stands_alone = what == CharClass::kIdeograph || is_punctuation;
  if (stands_alone && has_word) return true;
  rest_.remove_prefix(point.bytes);
  for (std::size_t at = 0; at < folded.size; ++at) append(folded.codes[at]);
  punctuation_ = is_punctuation;
  return stands_alone;
}

void Words::append(char32_t code) {
  ++characters_;
  if (size_ + 4 > buffer_.size()) return;
  size_ += encode_point(code, buffer_.data() + size_);
}

}  // namespace tidegate::embed
