// String and bytes literals: quotes, triple quotes, raw ones, escapes.
// Source: CEL language definition, "String and Bytes Values".
#pragma once

#include <cstddef>
#include <expected>
#include <string_view>

#include "base/arena.h"

namespace tidegate::cel {

struct StringLiteral {
  std::string_view text;  // what it stands for, in the source or the arena
  std::size_t size = 0;   // bytes of the literal
  bool is_bytes = false;
};

struct LiteralError {
  std::string_view message;
  std::size_t offset = 0;  // into the text that was given
};

// Reads the literal at the start of `text`, whose quote comes after `prefix_bytes` of r and b.
std::expected<StringLiteral, LiteralError> parse_string_literal(std::string_view text,
                                                                std::size_t prefix_bytes,
                                                                Arena& arena);

}  // namespace tidegate::cel
