// Puts values back where a model's reply has their placeholders, while it streams.
//
// Only what may still become a placeholder is held back: the longest end of the text that is a
// proper beginning of one. Most text holds nothing, so it passes at once. Within arguments of tool
// calls, which are JSON, values are escaped, and placeholders whose brackets are \u003c and \u003e
// are known, too. Case is ignored, since models alter it.   Thread: a Restorer is immutable; one
// owner per state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "pii/placeholder.h"

namespace tidegate::pii {

class Restorer {
 public:
  enum class In : std::uint8_t { kText, kJson };

  // What one text (a lane of a stream) has held back.
  struct State {
    std::string held;
    bool after_backslash = false;  // JSON: the next character is escaped
  };

  explicit Restorer(const Placeholders& placeholders);
  bool empty() const { return keys_[0].empty(); }

  // Appends to `out` what of the text so far can be told, with values put back. Returns whether
  // anything was put back or is held: false means that `out` got `piece` as it is.
  bool feed(State& state, std::string_view piece, In in, std::string& out) const;
  // The text has ended: what was held is no placeholder.
  void finish(State& state, std::string& out) const;
  // A text that is all here.
  std::string restore(std::string_view text, In in) const;

 private:
  struct Key {
    std::string spelled;  // in lower case
    std::string value;    // as it goes out
  };
  enum class Match : std::uint8_t { kNone, kPart, kWhole };

  Match match(std::string_view text, In in, const Key** found) const;
  void step(State& state, char c, In in, std::string& out, bool& changed) const;

  std::vector<Key> keys_[2];  // by In, sorted
};

}  // namespace tidegate::pii
