// Many regular expressions, matched in one pass over a text.
//
// Thread: immutable once compiled; scans of different threads do not touch each other.
// Source: Hyperscan developer reference (Vectorscan 5.4).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace tidegate::patterns {

struct Pattern {
  std::string_view expression;  // Hyperscan's part of PCRE, over bytes
  bool any_case = false;
  // Whether a match tells where it begins; the expression must then have a limited length.
  bool with_start = true;
};

struct Match {
  std::uint32_t pattern = 0;  // position in the list that was compiled
  std::uint32_t begin = 0;    // equal to `end` where the pattern tells no start
  std::uint32_t end = 0;
};

class PatternSet {
 public:
  // Matches of one scan; more are an error, since what is behind them was not looked at.
  static constexpr std::size_t kMaxMatches = 1 << 20;

  // What a compiled form may use. One for any processor of this architecture searches prose as fast
  // as one for one with AVX2 (src/guard/README.md).
  enum class Target : std::uint8_t { kThisProcessor, kAnyProcessor };

  // Errors: kInvalidConfig, with the number of the expression and what is wrong with it.
  static Result<PatternSet> compile(std::span<const Pattern> patterns,
                                    Target target = Target::kThisProcessor);

  // The same set as long as somebody has it, however often it is asked for: rules of a product are
  // compiled once for all that use them.   Thread: any; those who ask for a set that is being
  // compiled wait.
  // `stored`: what store() gave for the same patterns. Where it cannot be read, they are compiled.
  static Result<PatternSet> share(std::span<const Pattern> patterns, std::string_view stored = {});

  // The compiled form as bytes. Errors: as compile; kInternal, out of memory.
  static Result<std::string> store(std::span<const Pattern> patterns,
                                   Target target = Target::kAnyProcessor);

  // Nothing: it was stored for other patterns, by another version of the library or for another
  // processor, or was damaged.
  static std::optional<PatternSet> read(std::span<const Pattern> patterns, std::string_view stored);

  // Fills `out` with the longest match of each pattern at each place, by their ends.
  // Errors: kLimit, over kMaxMatches or a text of 4 GiB; kInternal, out of memory.
  Result<void> scan(std::string_view text, std::vector<Match>& out) const;

  // Whether both are one set, not only equal ones.
  bool is_same(const PatternSet& other) const { return database_ == other.database_; }

  // Bytes of the compiled form.
  std::size_t size_bytes() const;

 private:
  struct Database;
  explicit PatternSet(std::shared_ptr<const Database> database) : database_(std::move(database)) {}
  std::shared_ptr<const Database> database_;
};

}  // namespace tidegate::patterns
