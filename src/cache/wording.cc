#include "cache/wording.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "base/ascii.h"

namespace tidegate::cache {
namespace {

using Phrase = std::array<std::string_view, 5>;  // shorter ones end with empty words

// Say that something is asked for, not what. At the beginning only.
constexpr Phrase kOpenings[] = {
    {"i", "would", "like", "to", "know"},
    {"i", "want", "to", "know"},
    {"can", "you"},
    {"could", "you"},
    {"would", "you"},
    {"do", "you", "know"},
    {"tell", "me"},
    {"let", "me", "know"},
    {"hi"},
    {"hello"},
    {"hey"},
    {"please"},
    {"kindly"},
};
constexpr Phrase kClosings[] = {{"please"}, {"thanks"}, {"thank", "you"}};

constexpr std::string_view kEmpty[] = {"a",  "an",  "the", "i",  "me", "my",
                                       "is", "are", "am",  "be", "do", "does"};
// "How to", "how can I", "how could I": all ask how.
constexpr std::string_view kAfterHow[] = {"to", "can", "could"};
// One in every sentence; what depends on the trade is for the operator to say.
constexpr std::pair<std::string_view, std::string_view> kSame[] = {{"buy", "purchase"},
                                                                   {"phone", "telephone"},
                                                                   {"photo", "photograph"},
                                                                   {"e-mail", "email"},
                                                                   {"web-site", "website"},
                                                                   {"colour", "color"},
                                                                   {"favourite", "favorite"},
                                                                   {"centre", "center"},
                                                                   {"organise", "organize"},
                                                                   {"cancelled", "canceled"},
                                                                   {"cancelling", "canceling"},
                                                                   {"travelling", "traveling"},
                                                                   {"kilometres", "kilometers"},
                                                                   {"metres", "meters"},
                                                                   {"litres", "liters"},
                                                                   {"automobile", "car"},
                                                                   {"fridge", "refrigerator"},
                                                                   {"maybe", "perhaps"},
                                                                   {"ok", "okay"}};
constexpr std::string_view kQuestions[] = {"what", "when",  "where", "which", "who",
                                           "whom", "whose", "why",   "how"};
// Of requests that are about words, in which every word counts.
constexpr std::string_view kOnWords[] = {
    "translate",  "translation", "spell",     "spelling",   "grammar",   "rewrite",  "rephrase",
    "paraphrase", "summarize",   "correct",   "proofread",  "pronounce", "rhyme",    "repeat",
    "count",      "letter",      "letters",   "word",       "words",     "sentence", "phrase",
    "text",       "uppercase",   "lowercase", "capitalize", "mean",      "meaning",  "define"};
constexpr std::string_view kAuxiliaries[] = {
    "is",   "are", "am",   "do",  "does",   "did", "can",  "could", "will",   "would", "was",
    "were", "has", "have", "had", "should", "may", "must", "isn't", "aren't", "don't", "doesn't"};

// Bytes of characters that are not ASCII belong to words.
bool is_of_word(char c) {
  return is_letter(c) || is_digit(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}
// Joins what stands on both sides of it: 1,000.50 a.m. e-mail 12:30 don't a/b x@y
bool joins(char c) { return std::string_view("'.,:-/@").contains(c); }
// Marks that say nothing by themselves.
bool is_silent(char c) { return std::string_view(" \t.,;:!?'").contains(c); }

template <std::size_t N>
bool is_one_of(std::string_view word, const std::string_view (&list)[N]) {
  return std::ranges::find(list, word) != std::end(list);
}

std::string lower(std::string_view word) {
  std::string out(word);
  std::ranges::transform(out, out.begin(), to_lower);
  return out;
}

// "US" is not "us"; one letter, or a text that shouts, tells nothing.
bool is_acronym(std::string_view word) {
  const auto letters = std::ranges::count_if(word, is_letter);
  return letters >= 2 && std::ranges::none_of(word, [](char c) { return c >= 'a' && c <= 'z'; });
}

// Typographic apostrophes and quotation marks as those of typewriters.
std::string with_plain_quotes(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    if (text.starts_with("\xE2\x80\x98") || text.starts_with("\xE2\x80\x99")) {
      out += '\'';
    } else if (text.starts_with("\xE2\x80\x9C") || text.starts_with("\xE2\x80\x9D")) {
      out += '"';
    } else {
      out += text.front();
      text.remove_prefix(1);
      continue;
    }
    text.remove_prefix(3);
  }
  return out;
}

// The words and marks of a text; quotations whole and as they are. False: a quotation does not end.
bool split(std::string_view text, bool shouts, std::vector<std::string>& out) {
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    std::size_t end = at + 1;
    if (c == '"' || c == '`') {
      end = text.find(c, at + 1);
      if (end == text.npos) return false;
      out.emplace_back(text.substr(at, ++end - at));
    } else if (is_of_word(c) || (c == '-' && end < text.size() && is_digit(text[end]))) {
      while (end < text.size() &&
             (is_of_word(text[end]) ||
              (joins(text[end]) && end + 1 < text.size() && is_of_word(text[end + 1])))) {
        ++end;
      }
      const std::string_view word = text.substr(at, end - at);
      out.push_back(!shouts && is_acronym(word) ? std::string(word) : lower(word));
    } else if (!is_silent(c)) {
      out.emplace_back(1, c);
    }
    at = end;
  }
  return true;
}

std::size_t length_of(const Phrase& phrase) {
  return static_cast<std::size_t>(std::ranges::find(phrase, std::string_view()) - phrase.begin());
}

// Takes phrases away from the beginning or the end until none is there.
void trim(std::vector<std::string>& words) {
  const auto begins = [&words](const Phrase& phrase) {
    const std::size_t length = length_of(phrase);
    return words.size() >= length &&
           std::equal(phrase.begin(), phrase.begin() + static_cast<std::ptrdiff_t>(length),
                      words.begin());
  };
  const auto ends = [&words](const Phrase& phrase) {
    const std::size_t length = length_of(phrase);
    return words.size() >= length &&
           std::equal(phrase.begin(), phrase.begin() + static_cast<std::ptrdiff_t>(length),
                      words.end() - static_cast<std::ptrdiff_t>(length));
  };
  while (true) {
    if (const auto* one = std::ranges::find_if(kOpenings, begins); one != std::end(kOpenings)) {
      words.erase(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(length_of(*one)));
    } else if (const auto* last = std::ranges::find_if(kClosings, ends);
               last != std::end(kClosings)) {
      words.resize(words.size() - length_of(*last));
    } else {
      return;
    }
  }
}

// Short forms as the words that they stand for: n't, 's, 'm, 're, 'll, 've.
void expand(std::string_view word, std::vector<std::string>& out) {
  const auto put = [&out](std::string_view one) { out.emplace_back(one); };
  if (word == "can't" || word == "cannot") return put("can"), put("not");
  if (word == "won't") return put("will"), put("not");
  if (word == "i'd") return put("i"), put("would");
  struct Ending {
    std::string_view from;
    std::string_view to;
  };
  constexpr Ending kEndings[] = {{"n't", "not"}, {"'s", ""},      {"'m", ""},
                                 {"'re", ""},    {"'ll", "will"}, {"'ve", "have"}};
  for (const auto& [from, to] : kEndings) {
    if (!word.ends_with(from) || word.size() == from.size()) continue;
    put(word.substr(0, word.size() - from.size()));
    if (!to.empty()) put(to);
    return;
  }
  put(word);
}

}  // namespace

Synonyms::Synonyms(std::span<const std::vector<std::string>> more) {
  for (const auto& [a, b] : kSame) join(a, b);
  for (const auto& list : more) {
    for (const std::string& word : list) join(list.front(), word);
  }
}

std::string_view Synonyms::of(std::string_view word) const {
  const auto found = first_.find(word);
  return found == first_.end() ? word : found->second;
}

void Synonyms::join(std::string_view a, std::string_view b) {
  const std::string into(of(a));
  const std::string from(of(b));
  for (auto& [word, first] : first_) {
    if (first == from) first = into;
  }
  first_[into] = into;
  first_[from] = into;
  first_[std::string(b)] = into;
}

std::optional<Wording> Wording::read(std::string_view text, const Synonyms& synonyms) {
  // What follows a colon is material, not a question about it.
  if (text.contains(": ")) return std::nullopt;
  while (!text.empty() && std::string_view(" \t\r\n").contains(text.back())) text.remove_suffix(1);
  while (!text.empty() && std::string_view(" \t\r\n").contains(text.front())) text.remove_prefix(1);
  if (text.empty() || text.size() > kMaxBytes || text.contains('\n')) return std::nullopt;
  const std::string plain = with_plain_quotes(text);
  std::vector<std::string> spelled;
  if (!split(plain, is_acronym(plain), spelled) || spelled.empty()) return std::nullopt;
  std::vector<std::string> words;
  for (const std::string& word : spelled) expand(word, words);
  Wording wording;
  wording.asks_ = plain.back() == '?' || is_one_of(spelled.front(), kAuxiliaries);
  trim(words);
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (is_one_of(words[i], kOnWords)) return std::nullopt;
    const bool after_how = i != 0 && words[i - 1] == "how";
    wording.asks_ = wording.asks_ || is_one_of(words[i], kQuestions);
    if (is_one_of(words[i], kEmpty) || (after_how && is_one_of(words[i], kAfterHow))) continue;
    wording.words_.emplace_back(synonyms.of(words[i]));
  }
  if (wording.words_.empty()) return std::nullopt;
  return wording;
}

namespace {

// Two or three words change places as easily as roles.
constexpr std::size_t kLeastTurned = 4;

}  // namespace

bool Wording::says_the_same_as(const Wording& other) const {
  if (asks_ != other.asks_ || words_.size() != other.words_.size()) return false;
  if (words_ == other.words_) return true;
  if (words_.size() < kLeastTurned) return false;
  for (std::size_t first = 1; first < words_.size(); ++first) {
    const auto middle = words_.begin() + static_cast<std::ptrdiff_t>(first);
    const auto tail = std::span(words_).subspan(first);
    if (std::equal(middle, words_.end(), other.words_.begin()) &&
        std::equal(words_.begin(), middle,
                   other.words_.begin() + static_cast<std::ptrdiff_t>(tail.size()))) {
      return true;
    }
  }
  return false;
}

std::string Wording::to_key() const {
  std::vector<std::string_view> sorted(words_.begin(), words_.end());
  std::ranges::sort(sorted);
  std::string key = asks_ ? "?" : ".";
  for (const std::string_view word : sorted) key.append(word).append(1, '\0');
  return key;
}

std::string Wording::to_exact_key() const {
  // Of the ways to begin, the first in the order of words.
  std::size_t first = 0;
  const auto comes_before = [this](std::size_t a, std::size_t b) {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      const std::string& left = words_[(a + i) % words_.size()];
      const std::string& right = words_[(b + i) % words_.size()];
      if (left != right) return left < right;
    }
    return false;
  };
  for (std::size_t other = 1; words_.size() >= kLeastTurned && other < words_.size(); ++other) {
    if (comes_before(other, first)) first = other;
  }
  std::string key = asks_ ? "?" : ".";
  for (std::size_t i = 0; i < words_.size(); ++i) {
    key.append(words_[(first + i) % words_.size()]).append(1, '\0');
  }
  return key;
}

std::string Wording::to_string() const {
  std::string text;
  for (const std::string& word : words_) text.append(text.empty() ? "" : " ").append(word);
  if (asks_) text += " ?";
  return text;
}

}  // namespace tidegate::cache
