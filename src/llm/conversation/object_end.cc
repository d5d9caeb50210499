#include "llm/conversation/object_end.h"

#include <charconv>
#include <string_view>

namespace tidegate::llm {
namespace {

// The character of the escape \uXXXX where it is one that JSON's grammar knows; a letter for all
// others, which only stand in strings.
char decode_unit(std::string_view digits) {
  unsigned unit = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), unit, 16);
  return unit < 0x80 ? static_cast<char>(unit) : 'x';
}

}  // namespace

void ObjectEnd::take(json::EscapedText piece) {
  const auto text = piece.bytes;
  for (std::size_t i = 0; i < text.size() && !whole_; ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      take_char(text[i]);
      continue;
    }
    const char escaped = text[++i];
    if (escaped == 'u') {
      take_char(decode_unit(text.substr(i + 1, 4)));
      i += 4;
    } else {
      // Of the others only \" and \\ mean something; \n and such are white space.
      take_char(escaped == '"' || escaped == '\\' ? escaped : ' ');
    }
  }
}

void ObjectEnd::take_char(char c) {
  if (in_string_) {
    if (after_backslash_) {
      after_backslash_ = false;
    } else if (c == '\\') {
      after_backslash_ = true;
    } else if (c == '"') {
      in_string_ = false;
    }
    return;
  }
  if (c == '"') {
    in_string_ = true;
  } else if (c == '{' || c == '[') {
    ++depth_;
  } else if (c == '}' || c == ']') {
    if (depth_ > 0) --depth_;
    whole_ = depth_ == 0;
  }
}

}  // namespace tidegate::llm
