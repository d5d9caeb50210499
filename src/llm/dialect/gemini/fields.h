// Members of Google's JSON. A field has two names, lowerCamelCase and the snake_case of the proto
// file, and servers accept both (ProtoJSON format); half of Google's own examples use the second.
// Thread: plain values.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "json/cursor.h"
#include "json/value.h"

namespace tidegate::llm::gemini {

// Walks through the members of an object that was validated.
class FieldCursor {
 public:
  explicit FieldCursor(std::string_view object) : cursor_(object) {}

  struct Item {
    std::string_view name;     // lowerCamelCase; valid until the next call
    std::string_view written;  // as it stands
    std::string_view value;    // raw; never null, which says the same as nothing
  };
  std::optional<Item> next();

 private:
  json::ObjectCursor cursor_;
  std::array<char, 64> camel_{};  // longer names stay as they are
};

// The value of a field by its lowerCamelCase name; empty where it is absent or null.
std::string_view find_field(std::string_view object, std::string_view name);
// The inside of a field that is a string; empty otherwise.
std::string_view find_text(std::string_view object, std::string_view name);
// A whole number; also as a string, since int64 stands so in ProtoJSON.
std::optional<std::uint64_t> parse_count(std::string_view value);

}  // namespace tidegate::llm::gemini
