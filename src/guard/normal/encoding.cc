// Readings of raw texts: escapes, base64, hex.
#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <optional>

#include "base/ascii.h"
#include "base/base64.h"
#include "base/utf8.h"
#include "guard/normal/disguise.h"
#include "guard/normal/fold.h"

namespace tidegate::guard {
namespace {

constexpr std::size_t kMinBase64 = 20;
constexpr std::size_t kMinHexPairs = 12;
constexpr std::size_t kMinEscapes = 3;
// Runs that are looked at in one text; who hides something in the last of many has hidden it from
// the model too.
constexpr std::size_t kMaxRuns = 256;

bool is_base64(char c) {
  return is_digit(c) || is_letter(c) || c == '+' || c == '/' || c == '-' || c == '_';
}

std::uint32_t parse_number(std::string_view digits, int base) {
  std::uint32_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  return value;
}

void append_point(std::string& out, char32_t point) {
  if (point > 0x10FFFF) return;
  char bytes[4];
  out.append(bytes, encode_point(point, bytes));
}

// Mostly letters and blanks, as texts are and other bytes are not.
bool is_text(std::string_view bytes) {
  std::size_t good = 0;
  for (std::size_t at = 0; at < bytes.size();) {
    std::size_t length = 0;
    const auto c = decode_utf8(bytes.substr(at), length);
    const bool printable = (c >= 32 && c < 127) || c == '\n' || c == '\t' || c == '\r';
    if (printable || length > 1) good += length;
    at += length;
  }
  return good * 100 >= bytes.size() * 85;
}

std::size_t end_of(std::string_view text, std::size_t at, bool (*belongs)(char)) {
  while (at < text.size() && belongs(text[at])) ++at;
  return at;
}

// Lines of base64 as mail and PEM break them belong together.
std::size_t end_of_base64(std::string_view text, std::size_t at) {
  auto end = end_of(text, at, is_base64);
  while (end - at >= 60 && end < text.size() && (text[end] == '\n' || text[end] == '\r')) {
    const auto next = text.find_first_not_of("\r\n", end);
    if (next == text.npos || !is_base64(text[next])) break;
    const auto line = end_of(text, next, is_base64);
    if (line - next > 100 || line - next < 4) break;
    end = line;
    if (line - next < 60) break;
  }
  return end;
}

std::optional<std::string> decode_base64(std::string_view run) {
  // Most runs are no text, which their first bytes tell.
  const auto first = parse_base64(run.substr(0, 16));
  if (!first || !is_text(*first)) return std::nullopt;
  std::string digits(run);
  std::erase_if(digits, [](char c) { return !is_base64(c); });
  if (digits.size() % 4 == 1) digits.pop_back();
  return parse_base64(digits);
}

void read_base64(std::string_view raw, std::vector<Reading>& out) {
  std::size_t runs = 0;
  for (std::size_t at = 0; at < raw.size() && runs < kMaxRuns;) {
    if (!is_base64(raw[at])) {
      ++at;
      continue;
    }
    const auto end = end_of_base64(raw, at);
    if (end - at >= kMinBase64) {
      ++runs;
      auto read = decode_base64(raw.substr(at, end - at));
      if (read && is_text(*read)) {
        out.push_back({Disguise::kBase64, std::move(*read), static_cast<std::uint32_t>(at),
                       static_cast<std::uint32_t>(end)});
      }
    }
    at = end;
  }
}

// Pairs of hex digits, each with the same few characters before it: "69 67", "0x69,0x67", "6967".
class HexRun {
 public:
  explicit HexRun(std::string_view text) : text_(text) {}

  // Reads pairs from `at`; returns the end of what was read.
  std::size_t read(std::size_t at) {
    bytes.clear();
    auto end = at;
    while (at + 1 < text_.size() && is_hex_digit(text_[at]) && is_hex_digit(text_[at + 1])) {
      bytes += static_cast<char>(parse_number(text_.substr(at, 2), 16));
      at += 2;
      end = at;
      at = skip_separator(at);
    }
    return end;
  }
  std::string bytes;

 private:
  std::size_t skip_separator(std::size_t at) const {
    const auto from = at;
    while (at < text_.size() && at - from < 3 && std::string_view(" ,:;-\\\n").contains(text_[at]))
      ++at;
    const auto rest = text_.substr(at, 2);
    if (rest == "0x" || rest == "\\x" || rest == "0X") return at + 2;
    if (at < text_.size() && text_[at] == 'x' && from < at) return at + 1;
    return at;
  }
  std::string_view text_;
};

void read_hex(std::string_view raw, std::vector<Reading>& out) {
  HexRun run(raw);
  std::size_t runs = 0;
  for (std::size_t at = 0; at + 1 < raw.size() && runs < kMaxRuns;) {
    const bool begins = at == 0 || !is_base64(raw[at - 1]);
    if (!begins || !is_hex_digit(raw[at]) || !is_hex_digit(raw[at + 1])) {
      ++at;
      continue;
    }
    const auto from = raw.substr(at, 2) == "0x" ? at + 2 : at;
    const auto end = run.read(from);
    if (run.bytes.size() >= kMinHexPairs) {
      ++runs;
      if (is_text(run.bytes)) {
        out.push_back({Disguise::kHex, run.bytes, static_cast<std::uint32_t>(from),
                       static_cast<std::uint32_t>(end)});
      }
    }
    at = std::max(end, at + 1);
  }
}

struct Escape {
  std::size_t length = 0;  // 0: none
  char32_t character = 0;
};

Escape parse_entity(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, char>, 12> kNamed = {{{"&lt;", '<'},
                                                                         {"&gt;", '>'},
                                                                         {"&amp;", '&'},
                                                                         {"&quot;", '"'},
                                                                         {"&apos;", '\''},
                                                                         {"&nbsp;", ' '},
                                                                         {"&Tab;", '\t'},
                                                                         {"&NewLine;", '\n'},
                                                                         {"&lpar;", '('},
                                                                         {"&rpar;", ')'},
                                                                         {"&colon;", ':'},
                                                                         {"&sol;", '/'}}};
  for (const auto& [name, character] : kNamed) {
    if (text.starts_with(name)) return {name.size(), static_cast<char32_t>(character)};
  }
  if (!text.starts_with("&#")) return {};
  const bool hex = text.size() > 2 && (text[2] == 'x' || text[2] == 'X');
  const std::size_t from = hex ? 3 : 2;
  auto end = from;
  while (end < text.size() && end - from < 8 && is_hex_digit(text[end]) &&
         (hex || text[end] <= '9'))
    ++end;
  if (end == from) return {};
  const auto value = parse_number(text.substr(from, end - from), hex ? 16 : 10);
  return {end < text.size() && text[end] == ';' ? end + 1 : end, value};
}

Escape parse_digits(std::string_view text, std::size_t from, std::size_t count) {
  if (text.size() < from + count) return {};
  const auto digits = text.substr(from, count);
  if (!std::ranges::all_of(digits, is_hex_digit)) return {};
  return {from + count, parse_number(digits, 16)};
}

Escape parse_escape(std::string_view text) {
  switch (text[0]) {
    case '%':
      return parse_digits(text, 1, 2);
    case '&':
      return parse_entity(text);
    case '\\':
      if (text.starts_with("\\x")) return parse_digits(text, 2, 2);
      if (text.starts_with("\\u{")) {
        const auto end = text.substr(0, 11).find('}');
        if (end == text.npos || end == 3) return {};
        auto found = parse_digits(text, 3, end - 3);
        if (found.length != 0) ++found.length;
        return found;
      }
      if (text.starts_with("\\u")) return parse_digits(text, 2, 4);
      return {};
    default:
      return {};
  }
}

void read_escapes(std::string_view raw, std::vector<Reading>& out) {
  std::string read;
  std::size_t count = 0;
  std::size_t copied = 0;
  for (auto at = raw.find_first_of("%&\\"); at != raw.npos; at = raw.find_first_of("%&\\", at)) {
    const auto escape = parse_escape(raw.substr(at));
    if (escape.length == 0) {
      ++at;
      continue;
    }
    read += raw.substr(copied, at - copied);
    // What %HH and \xHH say are bytes, of which several may be one character.
    if (raw[at] == '&' || raw[at + 1] == 'u') {
      append_point(read, escape.character);
    } else {
      read += static_cast<char>(escape.character);
    }
    at += escape.length;
    copied = at;
    ++count;
  }
  if (count < kMinEscapes) return;
  read += raw.substr(copied);
  out.push_back({Disguise::kEscapes, std::move(read), 0, static_cast<std::uint32_t>(raw.size())});
}

}  // namespace

void read_encodings(std::string_view raw, std::vector<Reading>& out) {
  read_escapes(raw, out);
  read_base64(raw, out);
  read_hex(raw, out);
}

}  // namespace tidegate::guard
