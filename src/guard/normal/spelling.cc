// Readings of folded texts: spaced, leet, rot13, reversed.
#include <algorithm>
#include <array>
#include <cstddef>

#include "base/ascii.h"
#include "guard/normal/disguise.h"
#include "guard/normal/fold.h"

namespace tidegate::guard {
namespace {

// Single letters in a row that are taken for a word.
constexpr std::size_t kMinSpaced = 8;
// Words with digits among their letters that are taken for leet.
constexpr std::size_t kMinLeet = 2;
// Common words that a text must have in a reading, for it to be worth a look. A short text has few,
// and is worth it if it has none as it stands.
constexpr std::size_t kMinCommon = 2;
constexpr std::size_t kShort = 512;

constexpr bool is_letter(char c) { return c >= 'a' && c <= 'z'; }
// What is above ASCII counts as part of a word.
constexpr bool is_word(char c) {
  return is_letter(c) || is_digit(c) || static_cast<unsigned char>(c) >= 128;
}

constexpr char leet_letter(char c) {
  switch (c) {
    case '0':
      return 'o';
    case '1':
    case '!':
      return 'i';
    case '3':
      return 'e';
    case '4':
    case '@':
      return 'a';
    case '5':
    case '$':
      return 's';
    case '7':
      return 't';
    default:
      return c;
  }
}

constexpr char rot13(char c) {
  return is_letter(c) ? static_cast<char>('a' + (c - 'a' + 13) % 26) : c;
}

Reading whole(Disguise disguise, std::string text) {
  const auto end = static_cast<std::uint32_t>(text.size());
  return {disguise, std::move(text), 0, end};
}

std::size_t character_length(std::string_view text) {
  std::size_t length = 0;
  decode_utf8(text, length);
  return length;
}

// One run of single characters with separators between them.
class SpacedRun {
 public:
  explicit SpacedRun(std::string_view text) : text_(text) {}

  // Reads from `at`, where a word begins; returns the end of what was read.
  std::size_t read(std::size_t at) {
    begin_ = end_ = at;
    letters_.clear();
    while (at < text_.size() && is_word(text_[at])) {
      const auto length = character_length(text_.substr(at));
      const auto behind = at + length;
      if (behind < text_.size() && is_word(text_[behind])) break;
      auto next = behind;
      while (next < text_.size() && !is_word(text_[next]) && next - behind < kMaxGap) ++next;
      letters_.push_back({at, length, next - behind});
      end_ = behind;
      at = next;
      if (next == behind) break;
    }
    return std::max(at, end_);
  }

  bool is_long() const { return letters_.size() >= kMinSpaced; }

  // The letters; a separator that is longer than the usual one stands between words.
  Reading reading() const {
    auto usual = kMaxGap;
    for (const auto& one : letters_) {
      if (one.gap != 0) usual = std::min(usual, one.gap);
    }
    std::string out;
    for (const auto& one : letters_) {
      out += text_.substr(one.at, one.length);
      if (one.gap > usual) out += ' ';
    }
    return {Disguise::kSpaced, std::move(out), static_cast<std::uint32_t>(begin_),
            static_cast<std::uint32_t>(end_)};
  }

 private:
  static constexpr std::size_t kMaxGap = 5;
  struct Letter {
    std::size_t at;
    std::size_t length;
    std::size_t gap;
  };
  std::string_view text_;
  std::vector<Letter> letters_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

void read_spaced(std::string_view text, std::vector<Reading>& out) {
  SpacedRun run(text);
  for (std::size_t at = 0; at < text.size();) {
    if (!is_word(text[at])) {
      ++at;
      continue;
    }
    const bool single = at + 1 >= text.size() || !is_word(text[at + 1]) ||
                        static_cast<unsigned char>(text[at]) >= 128;
    if (single) {
      const auto end = run.read(at);
      if (run.is_long()) out.push_back(run.reading());
      if (end > at) {
        at = end;
        continue;
      }
    }
    while (at < text.size() && is_word(text[at])) ++at;
  }
}

// Words that have both letters and digits, or signs that stand for letters, with a letter beside
// them; a digit alone may be a word ("4" for "a").
void read_leet(std::string_view text, std::vector<Reading>& out) {
  std::string read;
  std::size_t words = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto is_part = [](char c) { return is_word(c) || c == '@' || c == '$' || c == '!'; };
    if (!is_part(text[at])) {
      ++at;
      continue;
    }
    auto end = at;
    bool letters = false;
    bool signs = false;
    for (; end < text.size() && is_part(text[end]); ++end) {
      letters = letters || is_letter(text[end]);
      signs = signs || (leet_letter(text[end]) != text[end] &&
                        (text[end] != '!' || (end + 1 < text.size() && is_part(text[end + 1]))));
    }
    const auto behind = end;
    while (end > at && text[end - 1] == '!') --end;
    if (signs && (letters || end - at <= 5)) {
      if (read.empty()) read = text;
      words += letters;
      std::ranges::transform(text.substr(at, end - at),
                             read.begin() + static_cast<std::ptrdiff_t>(at), leet_letter);
    }
    at = behind;
  }
  if (words >= kMinLeet) out.push_back(whole(Disguise::kLeet, std::move(read)));
}

// Frequent words of English, by which one sees that a text is rot13 or runs backwards. None of
// them is a word in two of the three readings.
struct CommonWords {
  std::size_t plain = 0;
  std::size_t rot13 = 0;
  std::size_t reversed = 0;
};

constexpr auto kCommon = std::to_array<std::string_view>(
    {"the",     "and",    "your",   "you",       "all",          "that",     "with",    "this",
     "what",    "from",   "have",   "will",      "instructions", "previous", "ignore",  "prompt",
     "system",  "any",    "rules",  "tell",      "show",         "reveal",   "print",   "forget",
     "above",   "act",    "for",    "without",   "mode",         "enter",    "enable",  "start",
     "say",     "never",  "into",   "free",      "repeat",       "give",     "write",   "list",
     "answer",  "must",   "turn",   "developer", "user",         "their",    "hidden",  "words",
     "respond", "before", "follow", "following", "pretend",      "simulate", "disable", "character",
     "message", "safety", "ethical"});

constexpr char letter_of(std::string_view word, std::size_t at, Disguise disguise) {
  if (disguise == Disguise::kReversed) return word[word.size() - 1 - at];
  return disguise == Disguise::kRot13 ? rot13(word[at]) : word[at];
}

// Two letters at the beginning and the length: enough to pass by nearly all other words.
class WordTable {
 public:
  explicit constexpr WordTable(Disguise disguise) {
    for (std::size_t i = 0; i < kCommon.size(); ++i) {
      std::array<char, 16> word{};
      for (std::size_t j = 0; j < kCommon[i].size(); ++j) {
        word[j] = letter_of(kCommon[i], j, disguise);
      }
      words_[i] = word;
      slots_[slot(word[0], word[1])] |= 1U << kCommon[i].size();
    }
  }
  constexpr bool has(std::string_view word) const {
    if ((slots_[slot(word[0], word[1])] >> std::min<std::size_t>(word.size(), 31) & 1U) == 0)
      return false;
    for (std::size_t i = 0; i < kCommon.size(); ++i) {
      if (kCommon[i].size() == word.size() && words_[i][0] == word[0] && words_[i][1] == word[1] &&
          std::string_view(words_[i].data(), word.size()) == word) {
        return true;
      }
    }
    return false;
  }

 private:
  static constexpr std::size_t slot(char a, char b) {
    return static_cast<std::size_t>(a - 'a') * 26 + static_cast<std::size_t>(b - 'a');
  }
  std::array<std::array<char, 16>, kCommon.size()> words_{};
  std::array<std::uint32_t, std::size_t{26} * 26> slots_{};
};

constexpr WordTable kPlainWords(Disguise::kNone);
constexpr WordTable kRot13Words(Disguise::kRot13);
constexpr WordTable kReversedWords(Disguise::kReversed);

CommonWords count_common(std::string_view text) {
  CommonWords found;
  for (std::size_t at = 0; at < text.size();) {
    if (!is_letter(text[at])) {
      ++at;
      continue;
    }
    auto end = at + 1;
    while (end < text.size() && is_letter(text[end])) ++end;
    const auto word = text.substr(at, end - at);
    if (word.size() >= 3) {
      found.plain += kPlainWords.has(word);
      found.rot13 += kRot13Words.has(word);
      found.reversed += kReversedWords.has(word);
    }
    at = end;
  }
  return found;
}

std::string reverse(std::string_view text) {
  std::string out(text.size(), ' ');
  auto to = text.size();
  for (std::size_t at = 0; at < text.size();) {
    const auto length = character_length(text.substr(at));
    to -= length;
    out.replace(to, length, text.substr(at, length));
    at += length;
  }
  return out;
}

}  // namespace

std::string_view to_string(Disguise disguise) {
  switch (disguise) {
    case Disguise::kNone:
      return "none";
    case Disguise::kSpaced:
      return "spaced";
    case Disguise::kLeet:
      return "leet";
    case Disguise::kRot13:
      return "rot13";
    case Disguise::kReversed:
      return "reversed";
    case Disguise::kEscapes:
      return "escapes";
    case Disguise::kBase64:
      return "base64";
    case Disguise::kHex:
      return "hex";
  }
  return "";
}

void read_spellings(std::string_view folded, std::vector<Reading>& out) {
  read_spaced(folded, out);
  read_leet(folded, out);
  const auto common = count_common(folded);
  const bool strange = folded.size() < kShort && common.plain == 0;
  if (common.rot13 >= kMinCommon || strange) {
    std::string text(folded);
    std::ranges::transform(text, text.begin(), rot13);
    out.push_back(whole(Disguise::kRot13, std::move(text)));
  }
  if (common.reversed >= kMinCommon || strange)
    out.push_back(whole(Disguise::kReversed, reverse(folded)));
}

}  // namespace tidegate::guard
