// Regular expressions of a limited length as automata over bytes. Internal to src/patterns.
//
// A part of PCRE: characters, '.', classes, \d \w \s and their opposites, groups, '|', '?', {n},
// {n,m}, \b at either end. Text is UTF-8; '.' and classes are characters. What could match without
// end ('*', '+', {n,}) is refused, and so is what is not known: an expression never means less than
// it says.   Thread: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace tidegate::patterns {

// States of an automaton that may be in many at a time. State i reads a byte in [low, high] and
// goes to `next`, or reads nothing and goes to `next` and `other`.
struct Nfa {
  static constexpr std::uint32_t kNone = 0xffff'ffff;
  struct State {
    enum class Kind : std::uint8_t { kBytes, kSplit, kAccept };
    Kind kind = Kind::kSplit;
    std::uint8_t low = 0;
    std::uint8_t high = 0;
    std::uint32_t next = kNone;  // kAccept: the number of the expression
    std::uint32_t other = kNone;
  };
  std::vector<State> states;
};

struct ParsedExpression {
  std::uint32_t start = 0;    // in the Nfa
  std::size_t max_bytes = 0;  // of the longest match
  bool word_begins = false;   // no letter or digit may stand before it
  bool word_ends = false;     // nor behind it
};

// Adds an expression, whose accepting state says `number`.
// Errors, kInvalidConfig: what is wrong, and where; too many states; a match of no length.
Result<ParsedExpression> add_expression(std::string_view expression, bool any_case,
                                        std::uint32_t number, Nfa& nfa);

// Adds a text that is meant as it stands; a blank in it is one to three of any kind.
Result<ParsedExpression> add_words(std::string_view text, bool any_case, std::uint32_t number,
                                   Nfa& nfa);

}  // namespace tidegate::patterns
