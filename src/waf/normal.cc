#include "waf/normal.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <utility>

#include "base/ascii.h"
#include "base/utf8.h"
#include "guard/normal/fold.h"

namespace tidegate::waf {
namespace {

// Entities that stand for characters which rules look for.
constexpr std::array<std::pair<std::string_view, char>, 32> kEntities = {
    {{"lt", '<'},       {"gt", '>'},     {"amp", '&'},    {"quot", '"'},  {"apos", '\''},
     {"lpar", '('},     {"rpar", ')'},   {"sol", '/'},    {"bsol", '\\'}, {"colon", ':'},
     {"semi", ';'},     {"equals", '='}, {"num", '#'},    {"excl", '!'},  {"dollar", '$'},
     {"percnt", '%'},   {"grave", '`'},  {"lbrace", '{'}, {"lcub", '{'},  {"rbrace", '}'},
     {"rcub", '}'},     {"lsqb", '['},   {"lbrack", '['}, {"rsqb", ']'},  {"rbrack", ']'},
     {"newline", '\n'}, {"tab", '\t'},   {"nbsp", ' '},   {"comma", ','}, {"period", '.'},
     {"vert", '|'},     {"plus", '+'}}};
constexpr std::size_t kMaxEntity = 10;

class Unescaper {
 public:
  explicit Unescaper(std::string_view text) : text_(text) {}

  // False: there was nothing to undo.
  bool run(std::string& out) {
    out.clear();
    out.reserve(text_.size());
    bool changed = false;
    for (std::size_t at = 0; at < text_.size();) {
      const auto special = text_.find_first_of("%&\\", at);
      out += text_.substr(at, special == text_.npos ? special : special - at);
      if (special == text_.npos) break;
      const auto length = read(special, out);
      if (length == 0) out += text_[special];
      changed = changed || length != 0;
      at = special + std::max<std::size_t>(length, 1);
    }
    return changed;
  }

 private:
  // Appends what the escape at `at` stands for; returns its length, 0: it is none.
  std::size_t read(std::size_t at, std::string& out) const {
    const auto rest = text_.substr(at, 12);
    switch (rest[0]) {
      case '%':
        if (rest.size() > 5 && to_lower(rest[1]) == 'u') return hex(rest, 2, 4, out);
        return rest.size() > 2 ? hex(rest, 1, 2, out) : 0;
      case '&':
        return entity(rest, out);
      case '\\':
        if (rest.size() > 5 && rest[1] == 'u') return hex(rest, 2, 4, out);
        return rest.size() > 3 && rest[1] == 'x' ? hex(rest, 2, 2, out) : 0;
      default:
        return 0;
    }
  }

  // Two digits are a byte, four a code point.
  static std::size_t hex(std::string_view rest, std::size_t from, std::size_t digits,
                         std::string& out) {
    std::uint32_t value = 0;
    const auto* const first = rest.data() + from;
    const auto parsed = std::from_chars(first, first + digits, value, 16);
    if (parsed.ptr != first + digits) return 0;
    append(value, digits == 2, out);
    return from + digits;
  }

  static void append(std::uint32_t value, bool is_byte, std::string& out) {
    if (is_byte) {
      out += static_cast<char>(value);
    } else if (value < 0x110000) {
      char bytes[4];
      out.append(bytes, encode_point(value, bytes));
    }
  }

  static std::size_t entity(std::string_view rest, std::string& out) {
    if (rest.size() > 2 && rest[1] == '#') {
      const bool is_hex = to_lower(rest[2]) == 'x';
      const auto* const first = rest.data() + (is_hex ? 3 : 2);
      std::uint32_t value = 0;
      const auto parsed =
          std::from_chars(first, rest.data() + rest.size(), value, is_hex ? 16 : 10);
      if (parsed.ptr == first || parsed.ec != std::errc()) return 0;
      append(value, false, out);
      const auto length = static_cast<std::size_t>(parsed.ptr - rest.data());
      return length + (length < rest.size() && rest[length] == ';' ? 1 : 0);
    }
    const auto end = rest.substr(0, kMaxEntity).find(';');
    if (end == rest.npos) return 0;
    std::string name(rest.substr(1, end - 1));
    std::ranges::transform(name, name.begin(), to_lower);
    for (const auto& [known, character] : kEntities) {
      if (known != name) continue;
      out += character;
      return end + 1;
    }
    return 0;
  }

  std::string_view text_;
};

// Characters of ASCII in two bytes: no UTF-8, and read by servers that were not asked.
// Source: Unicode 15, 3.9, table 3-7 (C0 and C1 begin nothing).
void undo_overlong(std::string& text) {
  std::size_t to = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto first = static_cast<unsigned char>(text[at]);
    const auto second = at + 1 < text.size() ? static_cast<unsigned char>(text[at + 1]) : 0U;
    const bool overlong = (first == 0xC0 || first == 0xC1) && (second & 0xC0U) == 0x80;
    text[to++] = overlong ? static_cast<char>((first & 1U) << 6U | (second & 0x3FU)) : text[at];
    if (overlong) ++at;
  }
  text.resize(to);
}

bool is_blank(char c) { return c == ' ' || c == '\n'; }

void put_blank(std::string& out) {
  if (out.empty() || out.back() != ' ') out += ' ';
}

void to_sql(std::string_view text, std::string& out) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text.substr(at, 2) == "/*") {
      put_blank(out);
      // MySQL executes what stands in /*! */, behind a version.
      if (text.substr(at, 3) == "/*!") {
        at += 2;
        while (at + 1 < text.size() && is_digit(text[at + 1])) ++at;
        continue;
      }
      const auto end = text.find("*/", at + 2);
      at = end == text.npos ? text.size() : end + 1;
    } else if (is_blank(text[at]) || text.substr(at, 2) == "*/") {
      put_blank(out);
      if (text[at] == '*') ++at;
    } else {
      out += text[at];
    }
  }
}

void to_shell(std::string_view text, std::string& out) {
  constexpr std::string_view kEmpty[] = {"${ifs}", "$ifs$9", "$ifs", "$@", "$*"};
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '\'' || c == '"' || c == '\\' || c == '^') continue;
    if (is_blank(c) && c != '\n') {
      put_blank(out);
      continue;
    }
    if (c == '$') {
      const auto rest = text.substr(at);
      const auto* const found = std::ranges::find_if(
          kEmpty, [rest](std::string_view one) { return rest.starts_with(one); });
      if (found != std::end(kEmpty)) {
        if (found->contains("ifs")) put_blank(out);
        at += found->size() - 1;
        continue;
      }
    }
    out += c;
  }
}

void to_path(std::string_view text, std::string& out) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at] == '\\' ? '/' : text[at];
    if (!out.empty() && out.back() == '/') {
      if (c == '/' && (out.size() < 2 || out[out.size() - 2] != ':')) continue;
      const bool dot =
          c == '.' && at + 1 < text.size() && (text[at + 1] == '/' || text[at + 1] == '\\');
      if (dot) {
        ++at;
        continue;
      }
    }
    out += c;
  }
}

}  // namespace

Normalized normalize(std::string_view text, std::string& out) {
  Normalized done;
  std::string once;
  std::string twice;
  auto plain = text;
  if (Unescaper(plain).run(once)) {
    plain = once;
    done.escaped = true;
    if (Unescaper(plain).run(twice)) plain = twice;
  }
  if (plain.find_first_of("\xC0\xC1") != plain.npos) {
    std::string mended(plain);
    undo_overlong(mended);
    twice = std::move(mended);
    plain = twice;
  }
  for (const char c : plain) {
    if (c == '\0') done.nul = true;
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 32 && c != '\t' && c != '\n' && c != '\r') || byte == 127) done.control = true;
  }
  guard::FoldCounts unused;
  guard::fold(plain, out, unused);
  return done;
}

bool to_form(guard::Form form, std::string_view text, std::string& out) {
  out.clear();
  switch (form) {
    case guard::Form::kText:
      return false;
    case guard::Form::kSql:
      to_sql(text, out);
      break;
    case guard::Form::kShell:
      to_shell(text, out);
      break;
    case guard::Form::kPath:
      to_path(text, out);
      break;
  }
  return out != text;
}

}  // namespace tidegate::waf
