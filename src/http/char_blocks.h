// Searches of HTTP texts, sixteen bytes at a time: what every byte of every head goes through.
//
// Lines are too short for memchr to pay, and a byte at a time is what a parser would spend most of
// its instructions on. All functions read within their arguments only. SSE2 is part of x86-64.
// Thread: any.   Source: as chars.h.
#pragma once

#include <emmintrin.h>

#include <bit>
#include <cstddef>
#include <string_view>

#include "http/chars.h"

namespace tidegate::http {

inline constexpr std::ptrdiff_t kBlockBytes = 16;

inline __m128i load_block(const char* at) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
}

// Bit i of the result: byte i of `marks` has its high bit set.
inline unsigned bits_of(__m128i marks) { return static_cast<unsigned>(_mm_movemask_epi8(marks)); }

// Bytes between `low` and `high`, both included and both ASCII.
inline __m128i in_range(__m128i block, char low, char high) {
  return _mm_and_si128(_mm_cmpgt_epi8(block, _mm_set1_epi8(static_cast<char>(low - 1))),
                       _mm_cmplt_epi8(block, _mm_set1_epi8(static_cast<char>(high + 1))));
}

// Letters of either case, digits, and one more byte. (Only letters become lower-case letters by
// the bit 0x20.)
inline __m128i alphanumeric_or(__m128i block, char other) {
  const __m128i letters = in_range(_mm_or_si128(block, _mm_set1_epi8(0x20)), 'a', 'z');
  const __m128i rest =
      _mm_or_si128(in_range(block, '0', '9'), _mm_cmpeq_epi8(block, _mm_set1_epi8(other)));
  return _mm_or_si128(letters, rest);
}

// First byte in [at, end) that is not of the class. `plain` marks the bytes of a block that
// certainly are; any other is looked up.
template <class Plain>
const char* skip_blocks(const char* at, const char* end, std::uint8_t bits, Plain plain) {
  while (end - at >= kBlockBytes) {
    const unsigned odd = bits_of(plain(load_block(at))) ^ 0xffffU;
    if (odd == 0) {
      at += kBlockBytes;
      continue;
    }
    at += std::countr_zero(odd);
    if (!has_class(*at, bits)) return at;
    ++at;
  }
  return skip_class(at, end, bits);
}

// First byte in [at, end) that may not stand in a token (a method, a field name).
inline const char* skip_token(const char* at, const char* end) {
  return skip_blocks(at, end, kTokenChar, [](__m128i b) { return alphanumeric_or(b, '-'); });
}

// First byte in [at, end) that may not stand in a host name.
inline const char* skip_host(const char* at, const char* end) {
  return skip_blocks(at, end, kHostChar, [](__m128i b) { return alphanumeric_or(b, '.'); });
}

// First byte in [at, end) that may not stand in a request target.
inline const char* skip_target(const char* at, const char* end) {
  return skip_blocks(at, end, kTargetChar, [](__m128i b) {
    return _mm_andnot_si128(_mm_cmpeq_epi8(b, _mm_set1_epi8('#')), in_range(b, 0x21, 0x7e));
  });
}

// First byte in [at, end) that may not stand in a field value (CR, LF, NUL and other controls).
inline const char* find_value_end(const char* at, const char* end) {
  return skip_blocks(at, end, kValueChar, [](__m128i b) {
    const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(b, _mm_set1_epi8(0x1f)), b);
    const __m128i stops = _mm_or_si128(control, _mm_cmpeq_epi8(b, _mm_set1_epi8(0x7f)));
    return _mm_cmpeq_epi8(stops, _mm_setzero_si128());
  });
}

// First colon in [at, end); `end` when there is none.
inline const char* find_colon(const char* at, const char* end) {
  for (; end - at >= kBlockBytes; at += kBlockBytes) {
    const unsigned stops = bits_of(_mm_cmpeq_epi8(load_block(at), _mm_set1_epi8(':')));
    if (stops != 0) return at + std::countr_zero(stops);
  }
  while (at != end && *at != ':') ++at;
  return at;
}

inline bool is_token(std::string_view text) {
  const char* const end = text.data() + text.size();
  return !text.empty() && skip_token(text.data(), end) == end;
}

inline bool is_field_value(std::string_view text) {
  const char* const end = text.data() + text.size();
  return find_value_end(text.data(), end) == end;
}

}  // namespace tidegate::http
