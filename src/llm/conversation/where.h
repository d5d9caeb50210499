// Where in a document a reader stands. The path is written out only when something is wrong there:
// "'messages[2].content[0].type' must be a string".
//
// A place points to the one that it is in, so it lives on the stack of the reader.   Thread: plain
// values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/error.h"
#include "json/cursor.h"
#include "json/escaped_text.h"

namespace tidegate::llm {

class Where {
 public:
  // The root; errors get this origin.
  explicit Where(Origin origin) : origin_(origin) {}

  Where member(std::string_view name) const [[clang::lifetimebound]] {
    return Where(*this, name, kNoIndex);
  }
  Where element(std::size_t index) const [[clang::lifetimebound]] {
    return Where(*this, {}, index);
  }

  // "messages[2].content[0].type"; empty for the root.
  std::string path() const;
  std::string_view path(Arena& arena) const { return arena.copy(path()); }
  Origin origin() const { return origin_; }

  // kMalformed: "'<path>' <what>".
  std::unexpected<Error> refuse(std::string_view what) const;

 private:
  static constexpr std::size_t kNoIndex = SIZE_MAX;

  Where(const Where& in, std::string_view name, std::size_t index)
      : in_(&in), name_(name), index_(index), origin_(in.origin_) {}

  const Where* in_ = nullptr;
  std::string_view name_;
  std::size_t index_ = kNoIndex;
  Origin origin_;
};

// Calls fn(element, its place) for each element of a raw array, in order, until one fails.
template <class Fn>
Result<void> for_each_element(std::string_view array, const Where& where, const Fn& fn) {
  json::ArrayCursor cursor(array);
  for (std::size_t i = 0; const auto element = cursor.next(); ++i) {
    const Where at = where.element(i);
    TIDEGATE_TRY_VOID(fn(*element, at));
  }
  return {};
}

// The value of a member, of the type that it must have. `value` is raw and validated; it has the
// text of null where the caller does not sort that out. Errors: kMalformed, by the place.
Result<json::EscapedText> read_string(std::string_view value, const Where& where);
Result<std::uint64_t> read_count(std::string_view value, const Where& where);      // a whole number
Result<std::string_view> read_number(std::string_view value, const Where& where);  // as it stands
Result<bool> read_bool(std::string_view value, const Where& where);
Result<std::string_view> read_object(std::string_view value, const Where& where);  // as it stands
Result<std::string_view> read_array(std::string_view value, const Where& where);   // as it stands
// Appends the strings of an array.
Result<void> read_strings(std::string_view array, const Where& where,
                          std::vector<json::EscapedText>& out);

}  // namespace tidegate::llm
