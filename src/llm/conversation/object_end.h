// Finds the end of a JSON object that comes in pieces, each the inside of a JSON string: the
// arguments of a streamed tool call.
//
// Follows braces outside of strings; whether the text is JSON at all is the model's affair.
// Thread: one owner.
#pragma once

#include <cstdint>

#include "json/escaped_text.h"

namespace tidegate::llm {

class ObjectEnd {
 public:
  // More of the text. A piece never ends within an escape of the outer string.
  void take(json::EscapedText piece);
  // Whether an object has begun and its last brace has come.
  bool is_whole() const { return whole_; }

 private:
  void take_char(char c);

  std::uint32_t depth_ = 0;
  bool in_string_ = false;
  bool after_backslash_ = false;
  bool whole_ = false;
};

}  // namespace tidegate::llm
