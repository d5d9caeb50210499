#include "json/walker.h"

#include <emmintrin.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "base/ascii.h"
#include "json/text.h"

namespace tidegate::json {
namespace {

constexpr bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

bool same_but_for_case(std::string_view a, std::string_view b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (to_lower(a[i]) != to_lower(b[i])) return false;
  }
  return true;
}

// What may follow a backslash, but for the 'u' of \uXXXX.
constexpr std::array<bool, 256> kShortEscapes = [] {
  std::array<bool, 256> known{};
  for (const char c : std::string_view("\"\\/bfnrt")) known[static_cast<unsigned char>(c)] = true;
  return known;
}();

// Prose has an escape every few dozen bytes: too near for a call of memchr to pay.
std::size_t find_backslash(std::string_view text, std::size_t at) {
  const __m128i backslash = _mm_set1_epi8('\\');
  for (; at + 16 <= text.size(); at += 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(block, backslash)));
    if (mask != 0) return at + static_cast<std::size_t>(std::countr_zero(mask));
  }
  while (at < text.size() && text[at] != '\\') ++at;
  return at;
}

}  // namespace

Walker::Walker(std::string_view text, std::span<const std::uint32_t> index,
               std::size_t first_backslash, const Selection& selection, std::span<Member> members)
    : text_(text),
      index_(index),
      selection_(selection),
      members_(members),
      next_backslash_(first_backslash) {}

std::optional<Range> Walker::walk() {
  Value root;
  if (!value(root, 0)) return std::nullopt;
  if (cursor_ != index_.size()) {
    refuse_here("nothing may follow the document");
    return std::nullopt;
  }
  return root.range;
}

bool Walker::value(Value& out, std::size_t container) {
  switch (peek()) {
    case '"':
      return string(out);
    case '{':
      return object(out, container);
    case '[':
      return array(out);
    case 't':
      return literal(out, "true", Kind::kTrue);
    case 'f':
      return literal(out, "false", Kind::kFalse);
    case 'n':
      return literal(out, "null", Kind::kNull);
    case '-':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9':
      return number(out);
    default:
      return refuse_here("a value is expected");
  }
}

bool Walker::object(Value& out, std::size_t container) {
  if (++depth_ > kMaxDepth) return refuse_here("too deep");
  out.kind = Kind::kObject;
  out.range.begin = index_[cursor_++];
  bool more = peek() != '}';
  while (more) {
    Value name;
    if (peek() != '"') return refuse_here("a member name is expected");
    if (!string(name)) return false;
    if (peek() != ':') return refuse_here("':' is expected");
    ++cursor_;
    std::size_t path = kNoContainer;
    if (container != kNoContainer && !select(name, container, path)) return false;
    Value member;
    if (!value(member, path == kNoContainer ? kNoContainer : path + 1)) return false;
    if (path != kNoContainer) {
      members_[path] = Member{member.kind, member.escaped, name.range, member.range};
    }
    more = peek() == ',';
    if (more) ++cursor_;
  }
  if (peek() != '}') return refuse_here("',' or '}' is expected");
  out.range.end = index_[cursor_++] + 1;
  --depth_;
  return true;
}

bool Walker::array(Value& out) {
  if (++depth_ > kMaxDepth) return refuse_here("too deep");
  out.kind = Kind::kArray;
  out.range.begin = index_[cursor_++];
  bool more = peek() != ']';
  while (more) {
    Value element;
    if (!value(element, kNoContainer)) return false;
    more = peek() == ',';
    if (more) ++cursor_;
  }
  if (peek() != ']') return refuse_here("',' or ']' is expected");
  out.range.end = index_[cursor_++] + 1;
  --depth_;
  return true;
}

bool Walker::string(Value& out) {
  out.kind = Kind::kString;
  out.range.begin = index_[cursor_];
  // Between a closing quote and the next position there is only white space.
  std::uint32_t end = position(cursor_ + 1);
  while (is_space(text_[end - 1])) --end;
  out.range.end = end;
  if (end - out.range.begin < 2 || text_[end - 1] != '"') return refuse_here("a broken string");
  ++cursor_;
  if (next_backslash_ >= end) return true;
  out.escaped = true;
  return check_escapes(end);
}

bool Walker::check_escapes(std::uint32_t end) {
  std::size_t at = next_backslash_;
  while (at < end) {
    // The closing quote is not escaped, so a byte of the string follows every backslash.
    const bool is_short = kShortEscapes[static_cast<unsigned char>(text_[at + 1])];
    const auto length = is_short ? 2 : escape_length(text_.substr(at, end - 1 - at));
    if (length == 0) return refuse(at, "not an escape");
    at = find_backslash(text_, at + length);
  }
  next_backslash_ = at;
  return true;
}

bool Walker::number(Value& out) {
  const std::uint32_t begin = index_[cursor_];
  std::size_t at = begin;
  const auto digit = [this](std::size_t i) { return i < text_.size() && is_digit(text_[i]); };
  const auto digits = [&at, &digit] {
    const auto first = at;
    while (digit(at)) ++at;
    return at != first;
  };
  if (text_[at] == '-') ++at;
  const bool leading_zero = at < text_.size() && text_[at] == '0';
  const auto integer = at;
  if (!digits()) return refuse(at, "a digit is expected");
  if (leading_zero && at - integer > 1) return refuse(integer, "a number may not start with 0");
  if (at < text_.size() && text_[at] == '.') {
    ++at;
    if (!digits()) return refuse(at, "a digit is expected");
  }
  if (at < text_.size() && (text_[at] == 'e' || text_[at] == 'E')) {
    ++at;
    if (at < text_.size() && (text_[at] == '+' || text_[at] == '-')) ++at;
    if (!digits()) return refuse(at, "a digit is expected");
  }
  if (!ends_scalar(at)) return refuse(at, "a broken number");
  out.kind = Kind::kNumber;
  out.range = {begin, static_cast<std::uint32_t>(at)};
  ++cursor_;
  return true;
}

bool Walker::literal(Value& out, std::string_view word, Kind kind) {
  const std::uint32_t begin = index_[cursor_];
  const auto end = begin + static_cast<std::uint32_t>(word.size());
  if (text_.substr(begin, word.size()) != word || !ends_scalar(end)) {
    return refuse_here("a value is expected");
  }
  out.kind = kind;
  out.range = {begin, end};
  ++cursor_;
  return true;
}

bool Walker::select(const Value& name, std::size_t container, std::size_t& path) {
  const auto raw = text_.substr(name.range.begin + 1, name.range.size() - 2);
  if (!name.escaped) return match(raw, name, container, path);
  // No selected name is long: an escaped name of more than this many bytes cannot be one.
  std::array<char, 384> decoded;
  if (raw.size() > decoded.size()) return true;
  return match({decoded.data(), decode_escapes(raw, decoded.data())}, name, container, path);
}

bool Walker::match(std::string_view name, const Value& where, std::size_t container,
                   std::size_t& path) {
  if (name.size() > 63 || (selection_.lengths_[container] >> name.size() & 1U) == 0) return true;
  for (auto left = selection_.children_[container]; left != 0; left &= left - 1) {
    const auto candidate = static_cast<std::size_t>(std::countr_zero(left));
    const auto wanted = selection_.names_[candidate];
    if (wanted.size() != name.size() || to_lower(wanted[0]) != to_lower(name[0])) continue;
    if (wanted == name) {
      if (members_[candidate].present()) return refuse(where.range.begin, "this name came before");
      path = candidate;
      return true;
    }
    if (same_but_for_case(wanted, name)) {
      return refuse(where.range.begin, "this name differs only in case from one that is known");
    }
  }
  return true;
}

std::uint32_t Walker::position(std::size_t cursor) const {
  return cursor < index_.size() ? index_[cursor] : static_cast<std::uint32_t>(text_.size());
}

bool Walker::ends_scalar(std::size_t at) const {
  if (at >= text_.size()) return true;
  const char c = text_[at];
  return is_space(c) || c == ',' || c == '}' || c == ']';
}

bool Walker::refuse(std::size_t at, std::string_view what) {
  failure_ = {at, what};
  return false;
}

}  // namespace tidegate::json
