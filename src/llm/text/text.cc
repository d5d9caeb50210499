#include "llm/text/text.h"

#include <algorithm>
#include <array>

#include "json/escaped_text.h"
#include "json/text.h"

namespace tidegate::llm {

std::string_view to_string(Channel channel) {
  switch (channel) {
    case Channel::kSystem:
      return "system";
    case Channel::kUser:
      return "user";
    case Channel::kAssistant:
      return "assistant";
    case Channel::kReasoning:
      return "reasoning";
    case Channel::kToolCall:
      return "tool_call";
    case Channel::kToolResult:
      return "tool_result";
    case Channel::kToolDescription:
      return "tool_description";
    case Channel::kDocument:
      return "document";
  }
  return "";
}

void reread_text(Text& text, std::string_view payload, Arena& arena) {
  const auto raw = payload.substr(text.range.begin + 1, text.range.size() - 2);
  text.escaped = raw.find('\\') != raw.npos;
  text.plain = text.escaped ? json::unescape({raw}, arena) : raw;
}

TextLocator::TextLocator(std::string_view payload, const Text& text)
    : raw_(payload.substr(text.range.begin + 1, text.range.size() - 2)),
      base_(text.range.begin + 1),
      escaped_(text.escaped) {}

// The next character of the string: what it takes in the bytes, and decoded.
TextLocator::Unit TextLocator::next_unit() const {
  if (raw_[raw_at_] != '\\') return {1, 1};
  const auto rest = raw_.substr(raw_at_);
  const auto length = std::max<std::size_t>(json::escape_length(rest), 1);
  std::array<char, 12> decoded{};
  // Two halves of a surrogate pair are one character.
  if (length == 6 && json::escape_length(rest.substr(6)) == 6 &&
      json::decode_escapes(rest.substr(0, 12), decoded.data()) == 4) {
    return {12, 4};
  }
  return {length, json::decode_escapes(rest.substr(0, length), decoded.data())};
}

json::Range TextLocator::locate(std::size_t begin, std::size_t end) {
  const auto at = [this](std::size_t raw) { return base_ + static_cast<std::uint32_t>(raw); };
  if (!escaped_) return {at(begin), at(end)};
  while (plain_at_ < begin && raw_at_ < raw_.size()) {
    const auto unit = next_unit();
    if (plain_at_ + unit.plain > begin) break;
    raw_at_ += unit.raw;
    plain_at_ += unit.plain;
  }
  const auto from = raw_at_;
  while (plain_at_ < end && raw_at_ < raw_.size()) {
    const auto unit = next_unit();
    raw_at_ += unit.raw;
    plain_at_ += unit.plain;
  }
  return {at(from), at(raw_at_)};
}

std::string_view escape_for(const Text& text, std::string_view plain, Arena& arena) {
  const auto once = json::escape(plain, arena).bytes;
  return text.is_json ? json::escape(once, arena).bytes : once;
}

std::string_view quote(std::string_view plain, Arena& arena) {
  return arena.concat({"\"", json::escape(plain, arena).bytes, "\""});
}

}  // namespace tidegate::llm
