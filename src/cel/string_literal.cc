#include "cel/string_literal.h"

#include "base/utf8.h"
#include "cel/utf8.h"

namespace tidegate::cel {
namespace {

std::unexpected<LiteralError> fail(std::string_view message, std::size_t offset) {
  return std::unexpected(LiteralError{message, offset});
}

int digit_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return 16;
}

// The number in exactly `count` digits of `base`, or -1.
std::int32_t read_digits(std::string_view text, std::size_t count, int base) {
  if (text.size() < count) return -1;
  std::int32_t value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const int digit = digit_value(text[i]);
    if (digit >= base) return -1;
    if (value > 0x1fffff) return -1;
    value = value * base + digit;
  }
  return value;
}

char simple_escape(char c) {
  switch (c) {
    case 'a':
      return '\a';
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'v':
      return '\v';
    case '\\':
    case '?':
    case '"':
    case '\'':
    case '`':
      return c;
    default:
      return '\0';
  }
}

struct NumericEscape {
  std::size_t skip;  // bytes after the backslash before the digits
  std::size_t digits;
  int base;
  bool code_point;  // not allowed in bytes
};

NumericEscape numeric_escape(char c) {
  switch (c) {
    case 'x':
    case 'X':
      return {1, 2, 16, false};
    case 'u':
      return {1, 4, 16, true};
    case 'U':
      return {1, 8, 16, true};
    case '0':
    case '1':
    case '2':
    case '3':
      return {0, 3, 8, false};
    default:
      return {0, 0, 0, false};
  }
}

// Writes out what stands between the quotes.
class Unescaper {
 public:
  Unescaper(std::string_view body, bool is_bytes, char* out)
      : body_(body), is_bytes_(is_bytes), start_(out), out_(out) {}

  std::expected<std::string_view, LiteralError> run() {
    while (at_ < body_.size()) {
      if (body_[at_] != '\\') {
        *out_++ = body_[at_++];
      } else if (auto problem = escape(); !problem.empty()) {
        return fail(problem, at_);
      }
    }
    return std::string_view(start_, static_cast<std::size_t>(out_ - start_));
  }

 private:
  std::string_view escape() {
    const auto text = body_.substr(at_ + 1);
    if (text.empty()) return "a backslash escapes nothing";
    if (const char plain = simple_escape(text[0]); plain != '\0') {
      *out_++ = plain;
      at_ += 2;
      return {};
    }
    const auto escape = numeric_escape(text[0]);
    if (escape.digits == 0) return "unknown escape";
    if (escape.code_point && is_bytes_) return "\\u and \\U are not for bytes";
    const auto value = read_digits(text.substr(escape.skip), escape.digits, escape.base);
    if (value < 0) return "an escape with too few digits";
    at_ += 1 + escape.skip + escape.digits;
    if (is_bytes_) {
      *out_++ = static_cast<char>(value);
      return {};
    }
    if (value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) {
      at_ -= 1 + escape.skip + escape.digits;
      return "no such code point";
    }
    out_ += encode_point(static_cast<char32_t>(value), out_);
    return {};
  }

  std::string_view body_;
  bool is_bytes_;
  char* start_;
  char* out_;
  std::size_t at_ = 0;
};

// Where the closing quote begins; npos when there is none.
std::size_t find_close(std::string_view text, std::string_view quote, bool raw) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i).starts_with(quote)) return i;
    if (quote.size() == 1 && (text[i] == '\n' || text[i] == '\r')) break;
    if (text[i] == '\\' && !raw) ++i;
  }
  return std::string_view::npos;
}

}  // namespace

std::expected<StringLiteral, LiteralError> parse_string_literal(std::string_view text,
                                                                std::size_t prefix_bytes,
                                                                Arena& arena) {
  const auto prefix = text.substr(0, prefix_bytes);
  const bool raw = prefix.find_first_of("rR") != std::string_view::npos;
  const bool is_bytes = prefix.find_first_of("bB") != std::string_view::npos;
  const auto after = text.substr(prefix_bytes);
  const auto triple = after.substr(0, 3);
  const auto quote = triple == "\"\"\"" || triple == "'''" ? triple : after.substr(0, 1);
  const auto inside = after.substr(quote.size());
  const std::size_t close = find_close(inside, quote, raw);
  if (close == std::string_view::npos) return fail("the string does not end", 0);
  StringLiteral literal{inside.substr(0, close), prefix_bytes + 2 * quote.size() + close, is_bytes};
  if (!raw && literal.text.contains('\\')) {
    // An escape is never shorter than what it stands for.
    auto* out = static_cast<char*>(arena.allocate(literal.text.size(), 1));
    const auto plain = Unescaper(literal.text, is_bytes, out).run();
    if (!plain) {
      return fail(plain.error().message, prefix_bytes + quote.size() + plain.error().offset);
    }
    literal.text = *plain;
  }
  if (!is_bytes && !is_valid_utf8(literal.text)) return fail("the string is not UTF-8", 0);
  return literal;
}

}  // namespace tidegate::cel
