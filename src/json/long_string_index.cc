#include "json/long_string_index.h"

#include <emmintrin.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace tidegate::json {
namespace {

enum class Class : std::uint8_t { kScalar, kSpace, kOperator, kQuote };

constexpr std::array<Class, 256> kClasses = [] {
  std::array<Class, 256> classes{};
  for (const char c : std::string_view("{}[]:,")) {
    classes[static_cast<unsigned char>(c)] = Class::kOperator;
  }
  for (const char c : std::string_view(" \n\r\t")) {
    classes[static_cast<unsigned char>(c)] = Class::kSpace;
  }
  classes['"'] = Class::kQuote;
  return classes;
}();

constexpr bool stops(unsigned char c) { return c == '"' || c == '\\' || c < 0x20; }

// Four or two registers, as the processor has them.
using Block = unsigned char __attribute__((vector_size(64)));

// The processor's best version is chosen by the loader: before the thread sanitizer runs, which
// looks into the choosing too.
#if __has_feature(thread_sanitizer)
#define TIDEGATE_FOR_BEST_PROCESSOR
#else
#define TIDEGATE_FOR_BEST_PROCESSOR [[gnu::target_clones("avx2", "default")]]
#endif

// Passes over whole blocks without quote, backslash and control character.
TIDEGATE_FOR_BEST_PROCESSOR const char* pass_plain_blocks(const char* at, const char* end,
                                                          unsigned char& seen) {
  Block all{};
  for (; end - at >= 64; at += 64) {
    Block block;
    std::memcpy(&block, at, sizeof block);
    const auto found = (block == '"') | (block == '\\') | (block < 0x20);
    if (__builtin_reduce_or(found) != 0) break;
    all |= block;
  }
  seen |= __builtin_reduce_or(all);
  return at;
}

// The first byte of [at, end) that ends or bends a string; `end` when there is none.
const char* find_stop(const char* at, const char* end, unsigned char& seen) {
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  const __m128i last_control = _mm_set1_epi8(0x1f);
  // A name or an escape ends within a few steps; from there on it is worth a call.
  for (int step = 0; end - at >= 16; ++step, at += 16) {
    if (step == 4) {
      at = pass_plain_blocks(at, end, seen);
      if (end - at < 16) break;
    }
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(block, last_control), block);
    const __m128i special =
        _mm_or_si128(_mm_cmpeq_epi8(block, quote), _mm_cmpeq_epi8(block, backslash));
    const auto found = static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(control, special)));
    // Of bytes behind the stop too: at worst a check of the text's UTF-8 that was not needed.
    if (_mm_movemask_epi8(block) != 0) seen |= 0x80;
    if (found != 0) return at + std::countr_zero(found);
  }
  for (; at != end && !stops(static_cast<unsigned char>(*at)); ++at) {
    seen |= static_cast<unsigned char>(*at);
  }
  return at;
}

}  // namespace

LongStringIndex::Outcome LongStringIndex::build(std::string_view text) {
  begin_ = text.data();
  positions_.clear();
  first_backslash_ = text.size();
  seen_ = 0;
  const char* const end = begin_ + text.size();
  bool in_scalar = false;
  for (const char* at = begin_; at != end;) {
    const Class kind = kClasses[static_cast<unsigned char>(*at)];
    // Behind a scalar only white space and operators may follow; the grammar sees what does.
    const bool goes_on = in_scalar && kind != Class::kOperator;
    const bool starts = kind != Class::kSpace && !goes_on;
    in_scalar = kind == Class::kScalar;
    if (starts) {
      const auto offset = static_cast<std::size_t>(at - begin_);
      if (is_dense(offset)) return Outcome::kDense;
      positions_.push_back(static_cast<std::uint32_t>(offset));
    }
    if (kind == Class::kQuote) {
      at = pass_string(at + 1, end);
      if (at == nullptr) return Outcome::kBroken;
    } else {
      at = in_scalar ? pass_scalar(at, end) : at + 1;
    }
  }
  if (positions_.empty()) return Outcome::kBroken;
  if (seen_ >= 0x80 && !simdjson::validate_utf8(text)) return Outcome::kBroken;
  return Outcome::kIndexed;
}

// More than a position in 64 bytes: about where both ways cost the same.
bool LongStringIndex::is_dense(std::size_t at) const {
  return positions_.size() > kMinBytes / 64 + at / 64;
}

const char* LongStringIndex::pass_string(const char* at, const char* end) {
  while (true) {
    at = find_stop(at, end, seen_);
    if (at == end) return nullptr;
    if (*at == '"') return at + 1;
    if (*at != '\\' || end - at < 2) return nullptr;
    note_backslash(at);
    const auto escaped = static_cast<unsigned char>(at[1]);
    if (escaped < 0x20) return nullptr;
    seen_ |= escaped;
    at += 2;
  }
}

// A backslash that stands outside strings is an error for the grammar to find; as for simdjson, it
// hides a quote behind it.
const char* LongStringIndex::pass_scalar(const char* at, const char* end) {
  seen_ |= static_cast<unsigned char>(*at);
  if (*at != '\\') return at + 1;
  note_backslash(at);
  const bool hides = end - at > 1 && (at[1] == '"' || at[1] == '\\');
  return at + (hides ? 2 : 1);
}

void LongStringIndex::note_backslash(const char* at) {
  first_backslash_ = std::min(first_backslash_, static_cast<std::size_t>(at - begin_));
}

}  // namespace tidegate::json
