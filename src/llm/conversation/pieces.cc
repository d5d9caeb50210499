#include "llm/conversation/pieces.h"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

#include "base/utf8.h"
#include "json/text.h"

namespace tidegate::llm {
namespace {

// What a \uXXXX escape at the start of `text` says, without its lowest ten bits; 0: there is none.
unsigned plane_of(std::string_view text) {
  unsigned unit = 0;
  if (!text.starts_with("\\u") || text.size() < 6) return 0;
  std::from_chars(text.data() + 2, text.data() + 6, unit, 16);
  return unit & 0xFC00U;
}

// Bytes of the first character, as it stands in JSON: a pair of surrogates is one.
std::size_t first_character(std::string_view text) {
  if (text.front() == '\\') {
    const bool pair = plane_of(text) == 0xD800 && plane_of(text.substr(6)) == 0xDC00;
    const std::size_t length = pair ? 12 : json::escape_length(text);
    return std::clamp<std::size_t>(length, 1, text.size());
  }
  std::size_t length = 1;
  while (length < text.size() && is_continuation(text[length])) {
    ++length;
  }
  return length;
}

std::size_t first_piece(std::string_view text, std::size_t bytes) {
  std::size_t end = 0;
  while (end < text.size() && end < bytes) end += first_character(text.substr(end));
  return end;
}

}  // namespace

void split_texts(std::vector<ReplyStep>& steps, std::size_t bytes) {
  std::vector<ReplyStep> split;
  split.reserve(steps.size());
  for (const ReplyStep& step : steps) {
    const auto* delta = std::get_if<BlockDelta>(&step);
    if (delta == nullptr ||
        (delta->kind != BlockDelta::Kind::kText && delta->kind != BlockDelta::Kind::kArguments)) {
      split.push_back(step);
      continue;
    }
    std::string_view rest = delta->text.bytes;
    do {
      BlockDelta piece = *delta;
      piece.text.bytes = rest.substr(0, first_piece(rest, bytes));
      rest.remove_prefix(piece.text.bytes.size());
      split.emplace_back(piece);
    } while (!rest.empty());
  }
  steps = std::move(split);
}

}  // namespace tidegate::llm
