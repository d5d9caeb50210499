#include "json/counts.h"

#include <emmintrin.h>

#include <bit>

#include "base/ascii.h"
#include "json/peek.h"

namespace tidegate::json {
namespace {

// 18 digits always fit; a count that has more is left to the scan.
constexpr std::size_t kMaxDigits = 18;

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

class Reader {
 public:
  Reader(std::string_view text, std::size_t at, Counts& out) : text_(text), at_(at), out_(out) {}

  bool object(std::string_view group) {
    ++at_;
    if (peek() == '}') return ++at_, true;
    while (true) {
      if (peek() != '"') return false;
      const auto name = plain_string();
      if (!name || peek() != ':' || out_.size == Counts::kMax) return false;
      ++at_;
      Count& count = out_.all[out_.size++];
      count = Count{group, *name, std::nullopt};
      if (!value(count)) return false;
      const char next = peek();
      ++at_;
      if (next == '}') return true;
      if (next != ',') return false;
    }
  }

  std::size_t at() const { return at_; }

 private:
  // The next byte that is not white space; 0 at the end.
  char peek() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  bool value(Count& count) {
    const char c = peek();
    if (is_digit(c)) return number(count);
    if (c == '"') return plain_string().has_value();
    if (c == '{') return count.group.empty() && !count.name.empty() && object(count.name);
    if (text_.substr(at_, 4) != "null") return false;
    at_ += 4;
    return true;
  }

  bool number(Count& count) {
    const auto begin = at_;
    std::uint64_t value = 0;
    for (; at_ < text_.size() && is_digit(text_[at_]); ++at_) {
      if (at_ - begin == kMaxDigits) return false;
      value = value * 10 + static_cast<std::uint64_t>(text_[at_] - '0');
    }
    count.value = value;
    return text_[begin] != '0' || at_ - begin == 1;  // a fraction fails at the missing comma
  }

  // The inside of the string that starts here; empty when it has an upper-case letter (a name
  // that may differ from a known one only in case), an escape or a control character.
  std::optional<std::string_view> plain_string() {
    const auto begin = ++at_;
    const __m128i quote = _mm_set1_epi8('"');
    for (; at_ + 16 <= text_.size(); at_ += 16) {
      const auto block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text_.data() + at_));
      // Signed: bytes above 0x7F count as control characters here.
      const auto upper = _mm_and_si128(_mm_cmpgt_epi8(block, _mm_set1_epi8('A' - 1)),
                                       _mm_cmplt_epi8(block, _mm_set1_epi8('\\' + 1)));
      const auto odd = _mm_or_si128(upper, _mm_cmplt_epi8(block, _mm_set1_epi8(' ')));
      const auto ends = static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(block, quote)));
      const auto odds = static_cast<unsigned>(_mm_movemask_epi8(odd));
      if ((ends | odds) == 0) continue;
      if ((odds & (ends - 1) & ~ends) != 0) return std::nullopt;  // before the first quote
      return close_string(begin, at_ + static_cast<std::size_t>(std::countr_zero(ends)));
    }
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '"') return close_string(begin, at_);
      if (c < ' ' || (c >= 'A' && c <= '\\')) return std::nullopt;
    }
    return std::nullopt;
  }

  std::string_view close_string(std::size_t begin, std::size_t quote) {
    at_ = quote + 1;
    return text_.substr(begin, quote - begin);
  }

  std::string_view text_;
  std::size_t at_;
  Counts& out_;
};

}  // namespace

bool read_counts(std::string_view text, std::size_t at, Counts& out) {
  out.size = 0;
  if (at >= text.size() || text[at] != '{') return false;
  Reader reader(text, at, out);
  if (!reader.object({})) return false;
  out.end = reader.at();
  return true;
}

std::size_t find_only_object(std::string_view text, std::string_view quoted_name) {
  const auto value = peek_value(text, quoted_name);
  if (value == text.npos || text[value] != '{') return text.npos;
  if (peek_value(text, quoted_name, value) != text.npos) return text.npos;
  // The first quote opens the name: within a string it would be escaped, as in "x\"usage": {}.
  const auto name = text.rfind(quoted_name, value);
  return name != 0 && text[name - 1] != '\\' ? value : text.npos;
}

bool is_in_root(std::string_view text, std::size_t at) {
  std::size_t open = 1;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '"') {
      for (++at; at < text.size() && text[at] != '"'; ++at) {
        if (text[at] == '\\') ++at;
      }
    } else if (c == '{' || c == '[') {
      ++open;
    } else if ((c == '}' || c == ']') && --open == 0) {
      return c == '}' && text.find_first_not_of(" \t\r\n", at + 1) == text.npos;
    }
  }
  return false;
}

}  // namespace tidegate::json
