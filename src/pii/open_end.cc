#include "pii/open_end.h"

#include <algorithm>

#include "base/utf8.h"
#include "pii/check/digits.h"

namespace tidegate::pii {
namespace {

constexpr std::string_view kPemBegin = "-----BEGIN";
constexpr std::size_t kMaxPemLine = 64;
// The shortest that has neither digits nor '@' in it (rules/credentials.cc: secret).
constexpr std::size_t kMinSecret = 12;
// Blanks and signs that may stand between two groups.
constexpr std::size_t kMaxGap = 2;

bool is_blank(char c) { return static_cast<unsigned char>(c) <= ' ' || c == '"'; }
// Of scripts that put no blanks between words.
bool is_ideograph(char c) { return static_cast<unsigned char>(c) >= 0xE0; }

// Where the word begins that ends at `end`; `end` itself: a blank stands before it.
std::size_t word_before(std::string_view text, std::size_t end, std::size_t most) {
  const auto limit = end - std::min(end, most);
  auto begin = end;
  while (begin > limit && !is_blank(text[begin - 1])) --begin;
  return begin;
}

// A group of digits, or signs between two of them.
bool is_group(std::string_view word) {
  if (std::ranges::any_of(word, is_digit)) return true;
  return !word.empty() && word.find_first_not_of("()-/.+") == word.npos;
}

bool is_alnum(std::string_view word) {
  return std::ranges::all_of(word, [](char c) { return is_digit(c) || is_letter(c); });
}

// The last word, without what stands in scripts without blanks before it.
std::size_t last_word(std::string_view text) {
  auto begin = word_before(text, text.size(), kMaxOpenWord);
  for (auto at = text.size(); at > begin; --at) {
    if (!is_ideograph(text[at - 1])) continue;
    begin = at - 1;
    // The whole character, whose last bytes are behind its first.
    while (at < text.size() && is_continuation(text[at])) ++at;
    begin = at;
    break;
  }
  return begin;
}

}  // namespace

bool may_hold_any(std::string_view text) {
  std::size_t run = 0;  // without blanks
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (is_digit(c) || c == '@') return true;
    // "-----BEGIN", "::" and "scheme://"; "name: value" is looked at once its value is long enough.
    const bool joined = (c == '-' || c == ':') && i > 0 && text[i - 1] == c;
    run = is_blank(c) ? 0 : run + 1;
    if (joined || run >= kMinSecret) return true;
  }
  return false;
}

std::size_t find_open_end(std::string_view text) {
  auto begin = last_word(text);
  const auto limit = text.size() - std::min(text.size(), kMaxOpenGroups);
  bool letters = false;  // four of them: a group of an account, where digits stand before
  for (auto at = begin; at > limit;) {
    auto gap = at;
    while (gap > 0 && at - gap < kMaxGap && is_blank(text[gap - 1])) --gap;
    if (gap == at) break;
    const auto first = word_before(text, gap, kMaxOpenGroups);
    const auto word = text.substr(first, gap - first);
    if (is_group(word)) {
      begin = first;
      letters = false;
    } else if (word.size() == 2 && is_alnum(word)) {
      // Before digits, or before what has not come.
      if (at == text.size() || (begin == at && is_digit(text[at]))) begin = first;
      break;
    } else if (!letters && word.size() == 4 && is_alnum(word)) {
      letters = true;
    } else {
      break;
    }
    at = first;
  }
  const auto line = text.rfind(kPemBegin);
  if (line != text.npos && text.size() - line <= kMaxPemLine) begin = std::min(begin, line);
  return begin;
}

}  // namespace tidegate::pii
