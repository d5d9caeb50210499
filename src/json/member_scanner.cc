#include "json/member_scanner.h"

#include <emmintrin.h>

#include <algorithm>
#include <array>
#include <bit>

#include "json/text.h"

namespace tidegate::json {
namespace {

constexpr bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

// Offset of the first quote or backslash; text.size() when there is none.
std::size_t find_string_mark(std::string_view text) {
  std::size_t at = 0;
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  for (; at + 16 <= text.size(); at += 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
    const __m128i hit =
        _mm_or_si128(_mm_cmpeq_epi8(block, quote), _mm_cmpeq_epi8(block, backslash));
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(hit));
    if (mask != 0) return at + static_cast<std::size_t>(std::countr_zero(mask));
  }
  while (at < text.size() && text[at] != '"' && text[at] != '\\') ++at;
  return at;
}

// Offset of the first quote, brace or bracket; text.size() when there is none. Braces and brackets
// are 0x5B, 0x5D, 0x7B and 0x7D: alike once bits 0x20 and 0x06 are masked out.
std::size_t find_structure(std::string_view text) {
  std::size_t at = 0;
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i mask_bits = _mm_set1_epi8(static_cast<char>(0xD9));
  const __m128i bracket = _mm_set1_epi8(0x59);
  const auto is_mark = [](char c) {
    return c == '"' || c == '{' || c == '}' || c == '[' || c == ']';
  };
  for (; at + 16 <= text.size(); at += 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
    const __m128i hit = _mm_or_si128(_mm_cmpeq_epi8(block, quote),
                                     _mm_cmpeq_epi8(_mm_and_si128(block, mask_bits), bracket));
    auto mask = static_cast<unsigned>(_mm_movemask_epi8(hit));
    for (; mask != 0; mask &= mask - 1) {
      const auto found = at + static_cast<std::size_t>(std::countr_zero(mask));
      if (is_mark(text[found])) return found;  // the masks also let 'Y', '_', 'y' and DEL through
    }
  }
  while (at < text.size() && !is_mark(text[at])) ++at;
  return at;
}

}  // namespace

MemberScanner::MemberScanner(const Selection& selection, std::size_t max_value_bytes)
    : selection_(selection), max_value_bytes_(max_value_bytes) {}

void MemberScanner::feed(std::string_view piece) {
  while (!piece.empty() && state_ != State::kDone) piece.remove_prefix(step(piece));
}

std::optional<std::string_view> MemberScanner::find(std::size_t path) const {
  if ((found_ >> path & 1U) == 0) return std::nullopt;
  return values_[path];
}

// Takes at least one byte, or changes the state; returns the bytes taken.
std::size_t MemberScanner::step(std::string_view piece) {
  switch (state_) {
    case State::kBefore:
    case State::kName:
    case State::kColon:
    case State::kAfter:
      return outside(piece[0]);
    case State::kInName:
      return name_text(piece);
    case State::kValue:
      return value_start(piece[0]);
    case State::kInString:
      return skip_string(piece, State::kAfter);
    case State::kInsideText:
      return skip_string(piece, State::kInside);
    case State::kInside:
      return skip_inside(piece);
    case State::kInScalar:
      return skip_scalar(piece);
    case State::kDone:
      break;
  }
  return piece.size();
}

// One byte of the root object that is no part of a name or a value.
std::size_t MemberScanner::outside(char c) {
  if (is_space(c)) return 1;
  if (state_ == State::kBefore && c == '{') {
    state_ = State::kName;
  } else if (state_ == State::kName && c == '"') {
    state_ = State::kInName;
    name_.clear();
    name_escaped_ = false;
    name_too_long_ = false;
  } else if (state_ == State::kColon && c == ':') {
    state_ = State::kValue;
  } else if (state_ == State::kAfter && c == ',') {
    state_ = State::kName;
  } else {
    state_ = State::kDone;  // the closing brace, or not JSON
  }
  return 1;
}

std::size_t MemberScanner::name_text(std::string_view piece) {
  // Six raw bytes may stand for one of the name.
  const auto keep = [this](std::string_view text) {
    name_too_long_ = name_too_long_ || name_.size() + text.size() > 6 * kMaxNameBytes;
    if (!name_too_long_) name_.append(text);
  };
  if (escape_) {
    keep(piece.substr(0, 1));
    escape_ = false;
    return 1;
  }
  const auto mark = find_string_mark(piece);
  keep(piece.substr(0, mark));
  if (mark == piece.size()) return mark;
  if (piece[mark] == '"') {
    finish_name();
  } else {
    keep("\\");
    escape_ = true;
    name_escaped_ = true;
  }
  return mark + 1;
}

void MemberScanner::finish_name() {
  state_ = State::kColon;
  path_ = kNone;
  if (name_too_long_) return;
  if (name_escaped_) name_.resize(decode_escapes(name_, name_.data()));
  for (auto left = selection_.children_[0]; left != 0; left &= left - 1) {
    const auto path = static_cast<std::size_t>(std::countr_zero(left));
    if (selection_.names_[path] == name_) path_ = path;
  }
}

std::size_t MemberScanner::value_start(char c) {
  if (is_space(c)) return 1;
  overflow_ = false;
  if (path_ != kNone) {
    values_[path_].clear();
    found_ &= ~(1U << path_);
  }
  if (c == '"') {
    state_ = State::kInString;
  } else if (c == '{' || c == '[') {
    state_ = State::kInside;
    depth_ = 1;
  } else {
    state_ = State::kInScalar;
    return 0;
  }
  capture({&c, 1});
  return 1;
}

std::size_t MemberScanner::skip_string(std::string_view piece, State after) {
  if (escape_) {
    escape_ = false;
    capture(piece.substr(0, 1));
    return 1;
  }
  const auto mark = find_string_mark(piece);
  const auto taken = std::min(mark + 1, piece.size());
  capture(piece.substr(0, taken));
  if (mark == piece.size()) return taken;
  if (piece[mark] == '\\') {
    escape_ = true;
    return taken;
  }
  state_ = after;
  if (after == State::kAfter) finish_value();
  return taken;
}

std::size_t MemberScanner::skip_inside(std::string_view piece) {
  const auto mark = find_structure(piece);
  const auto taken = std::min(mark + 1, piece.size());
  capture(piece.substr(0, taken));
  if (mark == piece.size()) return taken;
  if (piece[mark] == '"') {
    state_ = State::kInsideText;
  } else if (piece[mark] == '{' || piece[mark] == '[') {
    ++depth_;
  } else if (--depth_ == 0) {
    finish_value();
  }
  return taken;
}

std::size_t MemberScanner::skip_scalar(std::string_view piece) {
  std::size_t end = 0;
  while (end < piece.size() && !is_space(piece[end]) && piece[end] != ',' && piece[end] != '}') {
    ++end;
  }
  capture(piece.substr(0, end));
  if (end < piece.size()) finish_value();
  return end;
}

void MemberScanner::finish_value() {
  state_ = State::kAfter;
  if (path_ != kNone && !overflow_) found_ |= 1U << path_;
}

void MemberScanner::capture(std::string_view text) {
  if (path_ == kNone || overflow_) return;
  auto& value = values_[path_];
  if (value.size() + text.size() > max_value_bytes_) {
    overflow_ = true;
    value.clear();
    return;
  }
  value.append(text);
}

}  // namespace tidegate::json
