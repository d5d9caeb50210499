// Takes selected top-level members out of a JSON document that passes by in pieces.
//
// For replies that are relayed without being held: feed() every piece as it goes out, and read the
// raw text of "usage" or "model" at the end. It needs no memory but the captured texts. It does not
// validate: a document that is not JSON may yield members or none, and the caller treats them as
// hints about a text that somebody else checks. On valid documents it agrees with scan_object
// (json/scan.h), except that of members with one name the last counts. Cost: about 0.15 ns a byte
// within long strings.   Thread: one owner.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "json/scan.h"

namespace tidegate::json {

class MemberScanner {
 public:
  static constexpr std::size_t kMaxNameBytes = 64;

  // Captures the values of the selection's top-level paths, each up to `max_value_bytes`; a longer
  // one counts as absent. The selection must outlive the scanner.
  MemberScanner(const Selection& selection, std::size_t max_value_bytes);

  // Takes the next piece of the document, split anywhere.
  void feed(std::string_view piece);

  // The raw text of a member (strings with their quotes), by path index. Valid until the next
  // feed().
  std::optional<std::string_view> find(std::size_t path) const;
  // True once the root object has closed.
  bool finished() const { return state_ == State::kDone; }

 private:
  enum class State : std::uint8_t {
    kBefore,      // before the root object
    kName,        // in the root object, before a name or after a comma
    kInName,      // within a name
    kColon,       // after a name
    kValue,       // before a value
    kInString,    // within a string value
    kInScalar,    // within a number or a literal
    kInside,      // within a nested container, outside its strings
    kInsideText,  // within a string of a nested container
    kAfter,       // after a value
    kDone,        // behind the root, or lost
  };
  static constexpr std::size_t kNone = Selection::kMaxPaths;

  std::size_t step(std::string_view piece);
  std::size_t outside(char c);
  std::size_t name_text(std::string_view piece);
  std::size_t value_start(char c);
  std::size_t skip_string(std::string_view piece, State after);
  std::size_t skip_inside(std::string_view piece);
  std::size_t skip_scalar(std::string_view piece);
  void finish_name();
  void finish_value();
  void capture(std::string_view text);

  const Selection& selection_;
  std::size_t max_value_bytes_;
  State state_ = State::kBefore;
  bool escape_ = false;  // the last byte was a backslash within a string
  bool name_escaped_ = false;
  bool name_too_long_ = false;
  std::size_t depth_ = 0;  // nested containers, below the root
  std::size_t path_ = kNone;
  bool overflow_ = false;  // the current value is too long to keep
  std::string name_;       // raw
  std::array<std::string, Selection::kMaxPaths> values_;
  std::uint32_t found_ = 0;  // bit i: path i has a value
};

}  // namespace tidegate::json
