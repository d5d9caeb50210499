// From what a pattern matched to the whole of what it is a part of. Internal to src/pii.
// Thread: pure functions.
#pragma once

#include <cstddef>
#include <string_view>

#include "pii/rule.h"

namespace tidegate::pii {

struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t size() const { return end - begin; }
  std::string_view of(std::string_view text) const { return text.substr(begin, end - begin); }
  friend bool operator==(const Span&, const Span&) = default;
};

// The candidate that stands around `match`, which a rule with `check` must take. Empty: none.
Span take_shape(std::string_view text, Span match, const Rule& rule);

}  // namespace tidegate::pii
