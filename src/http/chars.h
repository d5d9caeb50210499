// Which bytes may stand where in HTTP/1: one table, looked up by every parser and formatter.
//
// Source: RFC 9110 5.5 and 5.6.2, RFC 9112 3.2, RFC 3986 3.2.2.   Thread: any.
#pragma once

#include <emmintrin.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace tidegate::http {

// Bits of a byte's entry in kCharClasses.
inline constexpr std::uint8_t kTokenChar = 1;   // method, field name, list members
inline constexpr std::uint8_t kTargetChar = 2;  // request target: visible ASCII without '#'
inline constexpr std::uint8_t kValueChar = 4;   // field value: visible, space, tab, 0x80-0xFF
inline constexpr std::uint8_t kHostChar = 8;    // host name: letters, digits, "-._~"

constexpr std::array<std::uint8_t, 256> make_char_classes() {
  std::array<std::uint8_t, 256> classes{};
  for (std::size_t c = 0; c < classes.size(); ++c) {
    const bool alnum = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    const auto among = [c](std::string_view set) {
      return set.find(static_cast<char>(c)) != std::string_view::npos;
    };
    std::uint8_t bits = 0;
    if (alnum || among("!#$%&'*+-.^_`|~")) bits |= kTokenChar;
    if (c > 0x20 && c < 0x7f && c != '#') bits |= kTargetChar;
    if ((c >= 0x20 && c != 0x7f) || c == '\t') bits |= kValueChar;
    if (alnum || among("-._~")) bits |= kHostChar;
    classes[c] = bits;
  }
  return classes;
}
inline constexpr std::array<std::uint8_t, 256> kCharClasses = make_char_classes();

inline bool has_class(char c, std::uint8_t bits) {
  return (kCharClasses[static_cast<unsigned char>(c)] & bits) != 0;
}

// First byte in [at, end) that is not of the class; `end` when all are.
inline const char* skip_class(const char* at, const char* end, std::uint8_t bits) {
  while (at != end && has_class(*at, bits)) ++at;
  return at;
}

// Eight bytes as a word whose lowest byte comes first, for the searches below.
inline std::uint64_t load_word(const char* at) {
  static_assert(std::endian::native == std::endian::little);
  std::uint64_t word;
  std::memcpy(&word, at, 8);
  return word;
}
inline constexpr std::uint64_t kEveryByte = 0x0101010101010101;

// The high bit of each byte of `word` that is zero; bits above the lowest one set may be wrong.
constexpr std::uint64_t zero_bytes(std::uint64_t word) {
  return (word - kEveryByte) & ~word & (kEveryByte * 0x80);
}
// The same for bytes below `limit` (at most 0x80).
constexpr std::uint64_t bytes_below(std::uint64_t word, std::uint64_t limit) {
  return (word - kEveryByte * limit) & ~word & (kEveryByte * 0x80);
}
// How many bytes stand before the lowest one marked.
constexpr int first_marked(std::uint64_t marks) { return std::countr_zero(marks) / 8; }

// First byte in [at, end) that may not stand in a field value (CR, LF, NUL and other controls).
inline const char* find_value_end(const char* at, const char* end) {
  while (end - at >= 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(block, _mm_set1_epi8(0x1f)), block);
    const __m128i del = _mm_cmpeq_epi8(block, _mm_set1_epi8(0x7f));
    const auto stops = static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(control, del)));
    if (stops == 0) {
      at += 16;
      continue;
    }
    at += std::countr_zero(stops);
    if (*at != '\t') return at;
    ++at;
  }
  while (end - at >= 8) {
    const std::uint64_t word = load_word(at);
    const std::uint64_t stops = bytes_below(word, 0x20) | zero_bytes(word ^ (kEveryByte * 0x7f));
    if (stops == 0) {
      at += 8;
      continue;
    }
    at += first_marked(stops);
    if (*at != '\t') return at;
    ++at;
  }
  return skip_class(at, end, kValueChar);
}

// First colon in [at, end); `end` when there is none.
inline const char* find_colon(const char* at, const char* end) {
  for (; end - at >= 16; at += 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const auto stops =
        static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(block, _mm_set1_epi8(':'))));
    if (stops != 0) return at + std::countr_zero(stops);
  }
  for (; end - at >= 8; at += 8) {
    const std::uint64_t stops = zero_bytes(load_word(at) ^ (kEveryByte * ':'));
    if (stops != 0) return at + first_marked(stops);
  }
  while (at != end && *at != ':') ++at;
  return at;
}

inline bool is_token(std::string_view text) {
  const char* const end = text.data() + text.size();
  return !text.empty() && skip_class(text.data(), end, kTokenChar) == end;
}

inline bool is_field_value(std::string_view text) {
  const char* const end = text.data() + text.size();
  return find_value_end(text.data(), end) == end;
}

constexpr char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The value of a hexadecimal digit; -1 for any other byte.
constexpr int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char lower = to_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// Without spaces and tabs on both sides.
inline std::string_view trim_ows(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace tidegate::http
