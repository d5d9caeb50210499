// Where the end of a text begins that may still become a part of a finding, when more of the text
// follows.
//
// What is looked for is made of few shapes: one word without blanks (keys, addresses, tokens);
// groups of digits with a blank or a sign between them (cards, phones, accounts), before which two
// letters may stand; the line that begins a PEM block. Prose holds back no more than its last word.
// Thread: pure functions.
#pragma once

#include <cstddef>
#include <string_view>

namespace tidegate::pii {

// Longest word that is waited for. What is longer is found by its beginning (detector.h).
inline constexpr std::size_t kMaxOpenWord = 4096;
// Longest run of groups of digits.
inline constexpr std::size_t kMaxOpenGroups = 96;

// Whether there may be anything in `text`: prose without digits, addresses and long words has
// nothing.
bool may_hold_any(std::string_view text);

// The position in `text` from which on it may be undecided; its size: nothing is.
std::size_t find_open_end(std::string_view text);

}  // namespace tidegate::pii
