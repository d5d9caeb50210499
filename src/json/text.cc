#include "json/text.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "base/ascii.h"
#include "base/utf8.h"

namespace tidegate::json {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

// The code unit of \uXXXX at the start of `text`; -1 when it is not one.
int code_unit(std::string_view text) {
  if (text.size() < 6 || text[0] != '\\' || text[1] != 'u') return -1;
  int unit = 0;
  for (std::size_t i = 2; i < 6; ++i) {
    const int digit = hex_value(text[i]);
    if (digit < 0) return -1;
    unit = unit * 16 + digit;
  }
  return unit;
}

constexpr bool is_high_surrogate(int unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
constexpr bool is_low_surrogate(int unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

// Decodes one \uXXXX escape, or a pair of them, at the start of `raw`. Returns the bytes consumed.
std::size_t decode_unicode(std::string_view raw, char*& out) {
  const int unit = code_unit(raw);
  if (!is_high_surrogate(unit) && !is_low_surrogate(unit)) {
    out += encode_point(static_cast<std::uint32_t>(unit), out);
    return 6;
  }
  const int second = is_high_surrogate(unit) ? code_unit(raw.substr(6)) : -1;
  if (!is_low_surrogate(second)) {
    out += encode_point(0xFFFD, out);
    return 6;
  }
  const auto high = static_cast<std::uint32_t>(unit - 0xD800);
  const auto low = static_cast<std::uint32_t>(second - 0xDC00);
  out += encode_point(0x10000 + (high << 10) + low, out);
  return 12;
}

char simple_escape(char c) {
  switch (c) {
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
    default:
      return c;  // quote, backslash, slash
  }
}

// Bytes of the well-formed UTF-8 sequence at the start of `text` (Unicode table 3-7); 0: not well
// formed.
std::size_t sequence_length(std::string_view text) {
  const auto at = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = at(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead < 0xC2   ? 0
                             : lead < 0xE0 ? 2
                             : lead < 0xF0 ? 3
                             : lead < 0xF5 ? 4
                                           : 0;
  if (length == 0 || text.size() < length) return 0;
  unsigned low = 0x80;
  unsigned high = 0xBF;
  if (lead == 0xE0) low = 0xA0;
  if (lead == 0xED) high = 0x9F;
  if (lead == 0xF0) low = 0x90;
  if (lead == 0xF4) high = 0x8F;
  if (at(1) < low || at(1) > high) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if ((at(i) & 0xC0U) != 0x80U) return 0;
  }
  return length;
}

// True for bytes that may stand in a JSON string as they are and are no part of a longer sequence.
constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> plain{};
  for (std::size_t c = 0x20; c < 0x80; ++c) plain[c] = c != '"' && c != '\\';
  return plain;
}();

void append_control(std::string& out, char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  constexpr std::string_view kDigits = "0123456789abcdef";
  const auto value = static_cast<unsigned char>(c);
  out += "\\u00";
  out += kDigits[value >> 4];
  out += kDigits[value & 15U];
}

}  // namespace

std::size_t escape_length(std::string_view text) {
  if (text.size() < 2) return 0;
  if (text[1] == 'u') return code_unit(text) >= 0 ? 6 : 0;
  return std::string_view("\"\\/bfnrt").find(text[1]) != std::string_view::npos ? 2 : 0;
}

std::size_t decode_escapes(std::string_view raw, char* out) {
  char* const start = out;
  while (!raw.empty()) {
    const auto plain = std::min(raw.find('\\'), raw.size());
    std::memmove(out, raw.data(), plain);  // `out` may be the start of `raw`
    out += plain;
    raw.remove_prefix(plain);
    if (raw.empty()) break;
    const auto length = escape_length(raw);
    if (length == 6) {
      raw.remove_prefix(decode_unicode(raw, out));
      continue;
    }
    // A backslash that starts no escape stands for itself: not every caller has validated the text.
    *out++ = length == 0 ? raw[0] : simple_escape(raw[1]);
    raw.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return static_cast<std::size_t>(out - start);
}

void append_escaped(std::string& out, std::string_view text) {
  while (!text.empty()) {
    std::size_t plain = 0;
    while (plain < text.size() && kPlain[static_cast<unsigned char>(text[plain])]) ++plain;
    out.append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) return;
    const auto length = sequence_length(text);
    if (length == 1) {
      append_control(out, text[0]);
    } else {
      out.append(length == 0 ? kReplacement : text.substr(0, length));
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
}

bool is_plain_ascii(std::string_view text) {
  constexpr std::uint64_t kEach = 0x0101010101010101;
  constexpr std::uint64_t kTops = 0x80 * kEach;
  // Eight bytes at a time: the top bit of a byte of `odd` is set where it is not plain. A borrow
  // from a lower byte can only come out of one that is odd itself.
  while (!text.empty()) {
    const std::size_t length = std::min<std::size_t>(text.size(), 8);
    std::uint64_t word = ' ' * kEach;
    std::memcpy(&word, text.data(), length);
    const std::uint64_t quote = word ^ ('"' * kEach);
    const std::uint64_t backslash = word ^ ('\\' * kEach);
    const std::uint64_t odd = word | (word - ' ' * kEach) | (quote - kEach) | (backslash - kEach);
    if ((odd & kTops) != 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::size_t find_invalid_utf8(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const auto length = sequence_length(text.substr(at));
    if (length == 0) return at;
    at += length;
  }
  return at;
}

}  // namespace tidegate::json
