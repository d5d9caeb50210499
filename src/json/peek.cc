#include "json/peek.h"

#include <emmintrin.h>

#include <bit>

namespace tidegate::json {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

__m128i load(const char* at) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at)); }

// Offset of `needle` at or after `from`: blocks of 16 are compared with its second and its last
// byte at once. (Its first byte is a quote, of which JSON is full.)
std::size_t find_quoted(std::string_view text, std::string_view needle, std::size_t from) {
  const std::size_t last = needle.size() - 1;
  const __m128i second_byte = _mm_set1_epi8(needle[1]);
  const __m128i last_byte = _mm_set1_epi8(needle[last]);
  std::size_t at = from;
  for (; at + last + 16 <= text.size(); at += 16) {
    const __m128i hit = _mm_and_si128(_mm_cmpeq_epi8(load(text.data() + at + 1), second_byte),
                                      _mm_cmpeq_epi8(load(text.data() + at + last), last_byte));
    auto mask = static_cast<unsigned>(_mm_movemask_epi8(hit));
    for (; mask != 0; mask &= mask - 1) {
      const auto found = at + static_cast<std::size_t>(std::countr_zero(mask));
      if (text.substr(found, needle.size()) == needle) return found;
    }
  }
  for (; at + needle.size() <= text.size(); ++at) {
    if (text[at] == '"' && text.substr(at, needle.size()) == needle) return at;
  }
  return text.npos;
}

std::size_t skip_spaces(std::string_view text, std::size_t at) {
  while (at < text.size() && is_space(text[at])) ++at;
  return at;
}

}  // namespace

std::size_t peek_value(std::string_view text, std::string_view quoted_name, std::size_t from) {
  for (auto at = find_quoted(text, quoted_name, from); at != text.npos;
       at = find_quoted(text, quoted_name, at + 1)) {
    const auto colon = skip_spaces(text, at + quoted_name.size());
    if (colon >= text.size() || text[colon] != ':') continue;
    const auto value = skip_spaces(text, colon + 1);
    return value < text.size() ? value : text.npos;
  }
  return text.npos;
}

bool is_filled(std::string_view text, std::size_t at) {
  if (at == text.npos || at + 1 >= text.size()) return false;
  switch (text[at]) {
    case '"':
      return text[at + 1] != '"';
    case '[':
      return text[at + 1] != ']';
    case '{':
      return text[at + 1] != '}';
    default:
      return false;
  }
}

std::size_t find_line_end(std::string_view text, std::size_t from) {
  const __m128i line_feed = _mm_set1_epi8('\n');
  const __m128i carriage_return = _mm_set1_epi8('\r');
  std::size_t at = from;
  for (; at + 16 <= text.size(); at += 16) {
    const __m128i block = load(text.data() + at);
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(
        _mm_or_si128(_mm_cmpeq_epi8(block, line_feed), _mm_cmpeq_epi8(block, carriage_return))));
    if (mask != 0) return at + static_cast<std::size_t>(std::countr_zero(mask));
  }
  while (at < text.size() && text[at] != '\n' && text[at] != '\r') ++at;
  return at;
}

}  // namespace tidegate::json
