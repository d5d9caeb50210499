// Members of OpenAI's requests, read with their types checked. What is wrong is told by its path:
// "'messages[2].role' must be a string".
//
// Only for text that was validated. `null` says the same as nothing in all of OpenAI's optional
// members.   Thread: plain values, pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/arena.h"
#include "base/error.h"
#include "json/cursor.h"
#include "json/escaped_text.h"
#include "json/value.h"

namespace tidegate::llm::openai {

using json::EscapedText;

// Where a value stands, put into words only when something is wrong there. A parent must outlive
// its children.
class FieldPath {
 public:
  FieldPath() = default;  // the root
  FieldPath(const FieldPath& parent, std::string_view name) : parent_(&parent), name_(name) {}
  FieldPath(const FieldPath& parent, std::size_t index) : parent_(&parent), index_(index) {}

  std::string to_string() const;

 private:
  const FieldPath* parent_ = nullptr;
  std::string_view name_;
  std::optional<std::size_t> index_;
};

// Walks through the members of an object; those that are null are passed over.
class FieldCursor {
 public:
  FieldCursor(std::string_view object, Arena& arena) : cursor_(object), arena_(&arena) {}

  struct Item {
    std::string_view name;   // decoded
    std::string_view value;  // raw
  };
  std::optional<Item> next();

 private:
  json::ObjectCursor cursor_;
  Arena* arena_;
};

// kMalformed, origin downstream: "'<path>' <what>".
std::unexpected<Error> refuse(const FieldPath& path, std::string_view what);

Result<EscapedText> read_text(const FieldPath& path, std::string_view value);
// A text that must be understood, decoded.
Result<std::string_view> read_word(const FieldPath& path, std::string_view value, Arena& arena);
Result<bool> read_flag(const FieldPath& path, std::string_view value);
Result<std::uint64_t> read_count(const FieldPath& path, std::string_view value);
// The number as it was written.
Result<std::string_view> read_number(const FieldPath& path, std::string_view value);
Result<void> expect_object(const FieldPath& path, std::string_view value);
Result<void> expect_array(const FieldPath& path, std::string_view value);

// Of replies, where what is not as documented counts as absent: the inside of a member that is a
// string; empty otherwise.
EscapedText find_text(std::string_view object, std::string_view name);
// The raw member; empty where it is absent or null.
std::string_view find_value(std::string_view object, std::string_view name);

}  // namespace tidegate::llm::openai
