#include "llm/text/lane_text.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "json/text.h"

namespace tidegate::llm {
namespace {

constexpr std::size_t kUnicodeEscape = 6;  // \uXXXX
// What was told is forgotten in steps of so many bytes.
constexpr std::size_t kSlack = 64;

bool is_high_surrogate(std::string_view escape) {
  if (escape.size() != kUnicodeEscape || (escape[2] | 0x20) != 'd') return false;
  const int digit = hex_value(escape[3]);
  return digit >= 8 && digit <= 11;
}

// Whether the first of two escapes may still become a pair with what follows.
bool may_go_on(std::string_view escape) {
  if (escape.size() < 2) return true;
  if (escape[1] != 'u') return false;
  if (escape.size() < kUnicodeEscape) return is_hex_digit(escape.back()) || escape.size() == 2;
  if (escape.size() == kUnicodeEscape) return is_high_surrogate(escape);
  if (escape[kUnicodeEscape] != '\\') return false;
  if (escape.size() == kUnicodeEscape + 1) return true;
  if (escape[kUnicodeEscape + 1] != 'u') return false;
  return escape.size() < 2 * kUnicodeEscape &&
         (escape.size() == kUnicodeEscape + 2 || is_hex_digit(escape.back()));
}

}  // namespace

void LaneText::append(std::string_view piece) {
  if (!is_json_) {
    plain_ += piece;
    return;
  }
  for (const char c : piece) take(c);
}

void LaneText::add(std::string_view plain, std::string_view raw, Is is) {
  raw_ += raw;
  plain_ += is == Is::kText || shown_ ? plain : std::string_view("\0", 1);
  ends_.resize(plain_.size(), static_cast<std::uint32_t>(raw_.size()));
  outside_.resize(plain_.size(), is == Is::kOutside);
}

bool LaneText::is_text(std::size_t begin, std::size_t end) const {
  if (!is_json_) return true;
  const auto first = outside_.begin() + static_cast<std::ptrdiff_t>(begin);
  const auto last = outside_.begin() + static_cast<std::ptrdiff_t>(end);
  return std::find(first, last, true) == last;
}

void LaneText::take(char c) {
  if (!escape_.empty()) {
    escape_ += c;
    if (!may_go_on(escape_)) take_escape();
    return;
  }
  const std::string_view raw(&c, 1);
  if (state_ == State::kString && c == '\\') {
    escape_ = c;
  } else if (c == '"') {
    state_ = state_ == State::kString ? State::kOutside : State::kString;
    add(raw, raw, Is::kOutside);
  } else {
    add(raw, raw, state_ == State::kString ? Is::kText : Is::kOutside);
  }
}

// The escape is over, maybe with the character that showed it: that one is read anew.
void LaneText::take_escape() {
  std::string escape;
  escape.swap(escape_);
  std::size_t length = json::escape_length(escape);
  if (length == kUnicodeEscape && is_high_surrogate(std::string_view(escape).substr(0, length)) &&
      json::escape_length(std::string_view(escape).substr(length)) == kUnicodeEscape) {
    length *= 2;
  }
  if (length == 0) {  // no JSON: a backslash like any other character
    add("\\", "\\", Is::kText);
    for (const char c : std::string_view(escape).substr(1)) take(c);
    return;
  }
  std::array<char, 2 * kUnicodeEscape> decoded{};
  const auto size =
      json::decode_escapes(std::string_view(escape).substr(0, length), decoded.data());
  add({decoded.data(), size}, std::string_view(escape).substr(0, length), Is::kText);
  for (const char c : std::string_view(escape).substr(length)) take(c);
}

void LaneText::finish() {
  if (!escape_.empty()) {
    std::string escape;
    escape.swap(escape_);
    add(escape, escape, Is::kText);
  }
}

std::size_t LaneText::raw_end(std::size_t plain_end) const {
  return plain_end == 0 ? 0 : ends_[plain_end - 1];
}

void LaneText::tell(std::size_t end, std::string& out) {
  if (end <= told_) return;
  if (is_json_) {
    out.append(raw_, raw_end(told_), raw_end(end) - raw_end(told_));
  } else {
    out.append(plain_, told_, end - told_);
  }
  told_ = end;
}

void LaneText::replace(std::size_t end, std::string_view text, std::string& out) {
  if (is_json_) {
    json::append_escaped(out, text);
  } else {
    out += text;
  }
  if (end > told_) told_ = end;
}

void LaneText::compact() {
  if (told_ < context_ + kSlack) return;
  const std::size_t gone = told_ - context_;
  if (is_json_) {
    const std::size_t raw_gone = raw_end(gone);
    raw_.erase(0, raw_gone);
    ends_.erase(ends_.begin(), ends_.begin() + static_cast<std::ptrdiff_t>(gone));
    outside_.erase(outside_.begin(), outside_.begin() + static_cast<std::ptrdiff_t>(gone));
    for (auto& end : ends_) end -= static_cast<std::uint32_t>(raw_gone);
  }
  plain_.erase(0, gone);
  told_ = context_;
  cut_ = true;
}

}  // namespace tidegate::llm
