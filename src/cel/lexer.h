// Cuts an expression into tokens.
// Source: CEL language definition, "Syntax".
#pragma once

#include <cstdint>
#include <expected>
#include <string_view>

#include "base/arena.h"
#include "cel/compile_error.h"

namespace tidegate::cel {

enum class TokenKind : std::uint8_t {
  kEnd,
  kName,        // also the words that are only reserved as names
  kQuotedName,  // `a-b`, only after a dot
  kInt,
  kUint,
  kDouble,
  kString,
  kBytes,
  kSymbol,  // punctuation and operators; `in`, `true`, `false` and `null` too
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::uint32_t offset = 0;
  std::string_view text;  // as written; of strings and quoted names what they stand for
};

class Lexer {
 public:
  // Both must outlive the tokens: text with escapes is written out into the arena.
  Lexer(std::string_view source, Arena& arena) : source_(source), arena_(arena) {}

  std::expected<Token, CompileError> next();

 private:
  std::expected<Token, CompileError> fail(std::string_view message, std::size_t offset) const;
  void skip_blanks();
  Token cut(TokenKind kind, std::size_t size);
  Token read_name();
  std::expected<Token, CompileError> read_quoted_name();
  std::expected<Token, CompileError> read_number();
  std::expected<Token, CompileError> read_string(std::size_t prefix_bytes);

  std::string_view rest() const { return source_.substr(offset_); }

  std::string_view source_;
  Arena& arena_;
  std::size_t offset_ = 0;
};

}  // namespace tidegate::cel
