// A text as rules look at it: without case, accents, invisible characters and letters that only
// look like others.
//
// Blanks: one stays one, more become two, with a line break among them one line break. What cannot
// be UTF-8 stays as it is.   Thread: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tidegate::guard {

// What was taken away or replaced, which says something by itself.
struct FoldCounts {
  std::uint32_t invisible = 0;  // in words of ASCII letters: elsewhere they have their uses
  std::uint32_t tags = 0;
  std::uint32_t twins = 0;    // letters of words that mix alphabets
  std::uint32_t foreign = 0;  // characters above U+007F
};

// By byte of the folded text, and once for its end: where it stands in the text.
using Offsets = std::vector<std::uint32_t>;

// Puts the folded text into `out` and counts. `offsets` may be null, which is faster.
void fold(std::string_view text, std::string& out, FoldCounts& counts, Offsets* offsets = nullptr);

// The characters above U+007F of a pattern, folded as texts are, so that they match as characters
// though patterns match bytes; ASCII stays.
std::string fold_pattern(std::string_view pattern);

// Where the class of characters that begins at `at` ends; npos: it has no end.
std::size_t end_of_class(std::string_view pattern, std::size_t at);

// The character at the start of `text`, which is not empty; `length` is its size in bytes. A byte
// that begins none is itself, with length 1.
char32_t decode_utf8(std::string_view text, std::size_t& length);

}  // namespace tidegate::guard
