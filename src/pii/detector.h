// Finds personal data and secrets in a text.
//
// One pass finds what looks like any of the rules (patterns/pattern_set.h); each candidate is then
// checked exactly, weighed by the words around it, and of those that overlap the longest is kept,
// then the surer one, then the one whose rule comes first.   Thread: immutable; free to share.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "patterns/pattern_set.h"
#include "pii/rule.h"

namespace tidegate::pii {

struct Finding {
  std::size_t begin = 0;
  std::size_t end = 0;
  const Rule* rule = nullptr;
  int score = 0;  // percent

  std::string_view of(std::string_view text) const { return text.substr(begin, end - begin); }
};

class Detector {
 public:
  struct Options {
    std::vector<std::string> ids;  // of the rules to look for; empty: all
    int threshold = kDefaultThreshold;
  };

  // Takes some tenths of a second.
  // Errors: kInvalidConfig: an id that no rule has.
  static Result<Detector> make(const Options& options);

  // Fills `out` with what is in `text`, in order; findings do not overlap.
  // Errors: kLimit, more candidates than are looked at; kInternal.
  Result<void> find(std::string_view text, std::vector<Finding>& out) const;
  // The same for a text of which more may follow: returns up to where what was found is final
  // whatever follows. Findings end before that or begin there. What stands before `from` was looked
  // at: it is only words around what comes now.
  Result<std::size_t> find_so_far(std::string_view text, std::size_t from,
                                  std::vector<Finding>& out) const;

  std::size_t size_bytes() const { return patterns_.size_bytes(); }

 private:
  Result<void> find(std::string_view text, std::vector<Finding>& out, std::size_t& open) const;
  Detector(patterns::PatternSet patterns, std::vector<const Rule*> rules, int threshold)
      : patterns_(std::move(patterns)), rules_(std::move(rules)), threshold_(threshold) {}

  patterns::PatternSet patterns_;
  std::vector<const Rule*> rules_;  // by pattern
  int threshold_;
};

}  // namespace tidegate::pii
