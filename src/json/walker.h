// The grammar half of a scan: walks the positions of all structural characters, checks the grammar
// between them and notes selected members. Internal to src/json; the entry point is scan_object
// (json/scan.h).
//
// Position list: every {}[]:, outside strings, every opening quote, and the first byte of every
// other scalar, in order. Strings are known to be closed, free of raw control characters and valid
// UTF-8.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "json/scan.h"

namespace tidegate::json {

struct ScanFailure {
  std::size_t at = 0;  // byte offset
  std::string_view what;
};

class Walker {
 public:
  // All arguments must outlive the walker. `first_backslash`: offset in the text; its size when
  // there is none.
  Walker(std::string_view text, std::span<const std::uint32_t> index, std::size_t first_backslash,
         const Selection& selection, std::span<Member> members);

  // Checks the whole document. Empty: it is not JSON, see failure().
  std::optional<Range> walk();
  const ScanFailure& failure() const { return failure_; }

 private:
  static constexpr std::size_t kNoContainer = Selection::kMaxPaths + 1;

  struct Value {
    Kind kind = Kind::kAbsent;
    bool escaped = false;
    Range range;
  };

  bool value(Value& out, std::size_t container);
  bool object(Value& out, std::size_t container);
  bool array(Value& out);
  bool string(Value& out);
  bool check_escapes(std::uint32_t end);
  bool number(Value& out);
  bool literal(Value& out, std::string_view word, Kind kind);
  // The path that a name selects in a container: its index, or kNoContainer. False: the name is
  // refused.
  bool select(const Value& name, std::size_t container, std::size_t& path);
  bool match(std::string_view name, const Value& where, std::size_t container, std::size_t& path);

  char peek() const { return cursor_ < index_.size() ? text_[index_[cursor_]] : '\0'; }
  std::uint32_t position(std::size_t cursor) const;
  // True at a byte that may follow a scalar.
  bool ends_scalar(std::size_t at) const;
  bool refuse(std::size_t at, std::string_view what);
  bool refuse_here(std::string_view what) { return refuse(position(cursor_), what); }

  std::string_view text_;
  std::span<const std::uint32_t> index_;
  const Selection& selection_;
  std::span<Member> members_;
  std::size_t cursor_ = 0;  // into index_
  std::size_t depth_ = 0;
  std::size_t next_backslash_ = 0;  // first backslash that no string before the cursor contains
  ScanFailure failure_;
};

}  // namespace tidegate::json
