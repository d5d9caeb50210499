// Classes of characters and their folds, as tables. Internal to src/embed.
// Source: tools/embed/make_fold_table.py, from the Unicode character database.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace tidegate::embed {

enum class CharClass : std::uint8_t {
  kLetter,       // all that is none of the others: also digits and symbols
  kSpace,        // ends a word
  kDropped,      // controls, non-spacing marks, what is not assigned: as if it were not there
  kPunctuation,  // a word of its own
  kIdeograph,    // a word of its own
};

// [first, last] are of that class; what no range has is kLetter.
struct CharRange {
  char32_t first;
  char32_t last;
  CharClass what;
};
// first, first + step, ... last fold to themselves plus delta.
struct FoldRun {
  char32_t first;
  char32_t last;
  std::uint32_t step;
  std::int32_t delta;
};
// Folds to more than one; zeros at the end.
struct LongFold {
  char32_t from;
  std::array<char32_t, 3> to;
};

// Each in ascending order.
std::span<const CharRange> char_ranges();
std::span<const FoldRun> fold_runs();
std::span<const LongFold> long_folds();

}  // namespace tidegate::embed
