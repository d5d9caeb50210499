#include "cel/lexer.h"

#include <array>
#include <string>

#include "base/ascii.h"
#include "cel/string_literal.h"

namespace tidegate::cel {
namespace {

bool starts_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_in_name(char c) { return starts_name(c) || is_digit(c); }
bool is_in_quoted_name(char c) {
  return is_in_name(c) || c == '.' || c == '-' || c == '/' || c == ' ';
}

// How many bytes at the start satisfy `accepts`.
template <class Accepts>
std::size_t count_while(std::string_view text, Accepts accepts) {
  std::size_t count = 0;
  while (count < text.size() && accepts(text[count])) ++count;
  return count;
}

// Bytes of r, b, or both before a quote; npos when this is no string.
std::size_t string_prefix(std::string_view text) {
  for (std::size_t i = 0; i < 3 && i < text.size(); ++i) {
    if (text[i] == '"' || text[i] == '\'') return i;
    const bool again = i == 1 && (text[0] | 0x20) == (text[1] | 0x20);
    if (again || (((text[i] | 0x20) != 'r') && ((text[i] | 0x20) != 'b'))) break;
  }
  return std::string_view::npos;
}

constexpr std::array<std::string_view, 6> kLongSymbols = {"&&", "||", "<=", ">=", "==", "!="};
constexpr std::string_view kShortSymbols = "()[]{}.,?:+-*/%!<>";

// Bytes of an exponent, none when there is no whole one.
std::size_t exponent_bytes(std::string_view text) {
  if (text.empty() || (text[0] | 0x20) != 'e') return 0;
  const std::size_t sign = text.size() > 1 && (text[1] == '+' || text[1] == '-') ? 1 : 0;
  const std::size_t digits = count_while(text.substr(1 + sign), is_digit);
  return digits == 0 ? 0 : 1 + sign + digits;
}

}  // namespace

std::expected<Token, CompileError> Lexer::fail(std::string_view message, std::size_t offset) const {
  return std::unexpected(
      CompileError(std::string(message), source_, static_cast<std::uint32_t>(offset)));
}

void Lexer::skip_blanks() {
  while (offset_ < source_.size()) {
    const char c = source_[offset_];
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f') {
      ++offset_;
    } else if (rest().starts_with("//")) {
      offset_ += count_while(rest(), [](char byte) { return byte != '\n'; });
    } else {
      return;
    }
  }
}

Token Lexer::cut(TokenKind kind, std::size_t size) {
  const Token token{kind, static_cast<std::uint32_t>(offset_), source_.substr(offset_, size)};
  offset_ += size;
  return token;
}

std::expected<Token, CompileError> Lexer::next() {
  skip_blanks();
  const auto text = rest();
  if (text.empty()) return cut(TokenKind::kEnd, 0);
  if (const auto prefix = string_prefix(text); prefix != std::string_view::npos) {
    return read_string(prefix);
  }
  if (starts_name(text[0])) return read_name();
  if (text[0] == '`') return read_quoted_name();
  if (is_digit(text[0]) || (text[0] == '.' && text.size() > 1 && is_digit(text[1]))) {
    return read_number();
  }
  for (const auto symbol : kLongSymbols) {
    if (text.starts_with(symbol)) return cut(TokenKind::kSymbol, 2);
  }
  if (kShortSymbols.contains(text[0])) return cut(TokenKind::kSymbol, 1);
  if (text[0] == '=') return fail("unexpected \"=\"; equality is \"==\"", offset_);
  if (text[0] == '&' || text[0] == '|') {
    return fail("unexpected single \"" + std::string(1, text[0]) + "\"", offset_);
  }
  return fail("unexpected character", offset_);
}

Token Lexer::read_name() {
  Token token = cut(TokenKind::kName, count_while(rest(), is_in_name));
  if (token.text == "in" || token.text == "true" || token.text == "false" || token.text == "null") {
    token.kind = TokenKind::kSymbol;
  }
  return token;
}

std::expected<Token, CompileError> Lexer::read_quoted_name() {
  const std::size_t size = count_while(rest().substr(1), is_in_quoted_name);
  if (size == 0 || rest().substr(size + 1, 1) != "`") return fail("malformed `name`", offset_);
  Token token = cut(TokenKind::kQuotedName, size + 2);
  token.text = token.text.substr(1, size);
  return token;
}

std::expected<Token, CompileError> Lexer::read_number() {
  const auto text = rest();
  TokenKind kind = TokenKind::kInt;
  std::size_t size = 0;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    size = 2 + count_while(text.substr(2), is_hex_digit);
    if (size == 2) return fail("hexadecimal number without digits", offset_);
  } else {
    size = count_while(text, is_digit);
    if (text.substr(size).starts_with('.')) {
      if (const auto digits = count_while(text.substr(size + 1), is_digit); digits > 0) {
        size += 1 + digits;
        kind = TokenKind::kDouble;
      }
    }
    if (const auto exponent = exponent_bytes(text.substr(size)); exponent > 0) {
      size += exponent;
      kind = TokenKind::kDouble;
    }
  }
  if (kind == TokenKind::kInt && size < text.size() && (text[size] | 0x20) == 'u') {
    kind = TokenKind::kUint;
    ++size;
  }
  if (size < text.size() && is_in_name(text[size])) return fail("malformed number", offset_);
  return cut(kind, size);
}

std::expected<Token, CompileError> Lexer::read_string(std::size_t prefix_bytes) {
  const auto literal = parse_string_literal(rest(), prefix_bytes, arena_);
  if (!literal) return fail(literal.error().message, offset_ + literal.error().offset);
  Token token = cut(literal->is_bytes ? TokenKind::kBytes : TokenKind::kString, literal->size);
  token.text = literal->text;
  return token;
}

}  // namespace tidegate::cel
