// Members of OpenAI's JSON. `null` says the same as nothing in all of its optional members.
//
// Only for text that was validated.   Thread: plain values, pure functions.
#pragma once

#include <optional>
#include <string_view>

#include "base/arena.h"
#include "base/error.h"
#include "json/cursor.h"
#include "json/escaped_text.h"
#include "json/value.h"
#include "llm/conversation/where.h"

namespace tidegate::llm::openai {

using json::EscapedText;

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

// A text that must be understood, decoded. Errors: kMalformed, by the place.
Result<std::string_view> read_word(std::string_view value, const Where& where, Arena& arena);

// Of replies, where what is not as documented counts as absent: the inside of a member that is a
// string; empty otherwise.
EscapedText find_text(std::string_view object, std::string_view name);
// The raw member; empty where it is absent or null.
std::string_view find_value(std::string_view object, std::string_view name);

}  // namespace tidegate::llm::openai
