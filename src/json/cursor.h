// Walks through the elements of an array or the members of an object, one level at a time.
//
// Only for text that was validated (json/scan.h): a cursor does not look for errors. It is how the
// few places that need more than fixed paths read a document without building it. Thread: one
// owner; the text must outlive the cursor and its results.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace tidegate::json {

class ArrayCursor {
 public:
  // `array` is the text of an array; anything else has no elements.
  explicit ArrayCursor(std::string_view array);
  // The raw text of the next element; empty optional behind the last.
  std::optional<std::string_view> next();

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

class ObjectCursor {
 public:
  struct Item {
    std::string_view name;   // raw, without quotes: escapes stand as they came
    std::string_view value;  // raw
  };

  explicit ObjectCursor(std::string_view object);
  std::optional<Item> next();

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

// The value of an object's member of that (plain) name; empty when it has none or `object` is none.
std::optional<std::string_view> find_member(std::string_view object, std::string_view name);

// The inside of a string's raw text, without quotes; empty for other kinds of value.
std::string_view unquote(std::string_view value);

}  // namespace tidegate::json
