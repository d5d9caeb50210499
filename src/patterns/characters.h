// Characters of UTF-8 as matching needs them: what is a letter, what are its other spellings.
// Internal to src/patterns.   Thread: pure functions.   Source: Unicode 15, simple case mappings of
// Latin, Greek, Cyrillic and Armenian.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace tidegate::patterns {

struct CharRange {
  std::uint32_t low = 0;
  std::uint32_t high = 0;
};

inline constexpr std::uint32_t kMaxChar = 0x10ffff;

// Takes one character from the front of `text`, which must not be empty. A byte that is no UTF-8
// is a character of its own, above kMaxChar.
std::uint32_t take_char(std::string_view& text);
// The character that ends at the end of `text`; 0 where it is empty.
std::uint32_t last_char(std::string_view text);

// Letters, digits and '_' of scripts that put blanks between words.
bool is_word_char(std::uint32_t c);

// The same letter in the other case; `c` itself where there is none.
std::uint32_t other_case(std::uint32_t c);

// A run of bytes that each lie in a range.
using ByteRanges = std::vector<std::pair<std::uint8_t, std::uint8_t>>;
// The runs that spell the characters of a range, surrogates left out.
std::vector<ByteRanges> spell(CharRange range);

}  // namespace tidegate::patterns
