// Reads an object of counters ("usage" of a reply) where it stands in a document, in one pass.
//
// For text that serialisers write: members are whole numbers, plain strings, null, or objects of
// the same (one level). Anything else, an escape or an upper-case letter in a name included, is
// left to the caller, who has json/scan.h for it. It costs a fifth of a scan of the same bytes,
// which needs two passes.   Thread: pure functions.   Source: RFC 8259.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace tidegate::json {

struct Count {
  std::string_view group;  // name of the object it is in; empty at the top
  std::string_view name;
  std::optional<std::uint64_t> value;  // empty: null, a string, or a group of its own
};

struct Counts {
  static constexpr std::size_t kMax = 40;

  std::span<const Count> items() const { return std::span(all).first(size); }

  std::array<Count, kMax> all;
  std::size_t size = 0;
  std::size_t end = 0;  // offset behind the object
};

// Reads the object that starts at `at` into `out`. False when it is not of that shape, has more
// than kMax members, or ends early.
bool read_counts(std::string_view text, std::size_t at, Counts& out);

// Offset of the object that is the value of the only member called `quoted_name` (with its quotes,
// lower case) in the text of a whole valid document; npos when there is none, when there are
// several (at any level) and when the value is no object. The name is not found when it is spelled
// with escapes.
std::size_t find_only_object(std::string_view text, std::string_view quoted_name);

// Whether a valid document, which ends with `text`, has exactly one open container at `at`, a place
// between values: what stands there is a member of the root.
bool is_in_root(std::string_view text, std::size_t at);

}  // namespace tidegate::json
