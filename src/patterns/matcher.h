// Words and expressions of a limited length, found in text that comes in pieces: where a match is,
// and what at the end of the text may still become one.
//
// All expressions are one automaton without backtracking; what a text costs is bounded by its
// length times that of the longest match, and is about its length where little of it begins a
// match. Of matches that overlap the first counts, and of those that begin together the longest.
// Thread: immutable once compiled; free to share.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace tidegate::patterns {

struct MatcherRule {
  enum class Kind : std::uint8_t {
    kWords,       // the text as it stands, as words of its own
    kPart,        // the same, anywhere
    kExpression,  // see expression.h
  };
  std::string_view text;
  Kind kind = Kind::kWords;
  bool any_case = true;
};

class Matcher {
 public:
  struct Limits {
    std::size_t max_match_bytes = 256;
    std::size_t max_states = 1U << 16;  // of the automaton, 200 bytes each about
  };
  enum class Rest : std::uint8_t { kNone, kMayFollow };
  struct Found {
    enum class Kind : std::uint8_t {
      kNothing,  // nothing in all of the text
      kMatch,
      kOpen,  // [begin, end of text) may become a match; before it there is none
    };
    Kind kind = Kind::kNothing;
    std::size_t begin = 0;
    std::size_t end = 0;
    std::uint32_t rule = 0;  // of a match: the first of those that match all of it
  };

  // Errors, kInvalidConfig: "RULE: what is wrong", where RULE is a position in `rules`; a match
  // that may be longer than the limit; more states than the limit.
  static Result<Matcher> compile(std::span<const MatcherRule> rules, const Limits& limits);
  // The same check of one rule.
  static Result<void> check(const MatcherRule& rule, const Limits& limits);

  // The first match at or behind `from`, whose surroundings are looked at as far as they are in
  // `text`.
  Found find(std::string_view text, std::size_t from, Rest rest) const;

  std::size_t states() const { return accepts_.size(); }
  std::size_t size_bytes() const;

 private:
  struct Accept {
    std::uint32_t first = 0;  // in rules_
    std::uint32_t count = 0;
  };
  struct Ending {
    std::uint32_t rule = 0;
    bool word_ends = false;  // only where no word goes on
  };
  class Compiler;

  Found find_at(std::string_view text, std::size_t begin, std::uint32_t state, Rest rest) const;

  static constexpr std::uint32_t kDead = 0;
  std::array<std::uint8_t, 256> class_of_{};
  std::size_t classes_ = 1;
  std::vector<std::uint32_t> next_;  // by state and class
  std::vector<Accept> accepts_;      // by state
  std::vector<Ending> endings_;
  std::vector<bool> goes_on_;          // by state: whether any byte leads on
  std::uint32_t start_ = 0;            // where a word may begin
  std::uint32_t start_inside_ = 0;     // behind a letter or digit
  std::array<bool, 256> may_begin_{};  // first bytes of matches
};

}  // namespace tidegate::patterns
