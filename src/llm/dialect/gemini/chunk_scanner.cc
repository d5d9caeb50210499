#include "llm/dialect/gemini/chunk_scanner.h"

#include <functional>

namespace tidegate::llm::gemini {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

std::unexpected<Error> too_large() {
  return fail(ErrorCode::kLimit, Origin::kUpstream, "chunk of a stream over the limit");
}

bool lies_within(std::string_view part, std::string_view whole) {
  const std::less_equal<const char*> before;
  return before(whole.data(), part.data()) &&
         before(part.data() + part.size(), whole.data() + whole.size());
}

}  // namespace

void ChunkScanner::feed(std::string_view piece) {
  kept_.clear();
  piece_ = piece;
  if (framing_ == Framing::kUnknown) find_framing(piece);
  if (framing_ == Framing::kSse) sse_.feed(piece);
  if (framing_ == Framing::kArray) rest_ = piece;
}

// The first byte that is no white space decides; blank lines before an event say nothing.
void ChunkScanner::find_framing(std::string_view piece) {
  const auto first = piece.find_first_not_of(kSpace);
  if (first == piece.npos) return;
  framing_ = piece[first] == '[' ? Framing::kArray : Framing::kSse;
}

Result<std::string_view> ChunkScanner::next() {
  switch (framing_) {
    case Framing::kUnknown:
      return std::string_view();
    case Framing::kSse:
      return next_event();
    case Framing::kArray:
      return next_element();
  }
  return std::string_view();
}

Result<std::string_view> ChunkScanner::next_event() {
  http::SseEvent event;
  for (;;) {
    TIDEGATE_TRY(more, sse_.next(event));
    if (!more) return std::string_view();
    const auto chunk = chunk_of(event);
    if (!chunk.empty()) return keep(chunk);
  }
}

// The data; or the lines themselves where they are JSON without any framing.
std::string_view ChunkScanner::chunk_of(const http::SseEvent& event) {
  if (event.has_data) return event.data;
  auto text = event.raw;
  const auto first = text.find_first_not_of(kSpace);
  if (first == text.npos || (text[first] != '{' && text[first] != '[')) return {};
  text.remove_prefix(first);
  return text.substr(0, text.find_last_not_of(kSpace) + 1);
}

std::string_view ChunkScanner::keep(std::string_view text) {
  return lies_within(text, piece_) ? text : kept_.copy(text);
}

Result<std::string_view> ChunkScanner::next_element() {
  while (!rest_.empty()) {
    if (depth_ == 0 && !in_string_ && carry_.empty()) {
      // Between elements: brackets of the array, commas, white space.
      const auto begin = rest_.find('{');
      if (rest_.substr(0, begin).find(']') != rest_.npos) closed_ = true;
      if (begin == rest_.npos) break;
      rest_.remove_prefix(begin);
    }
    const auto end = find_element_end(rest_);
    const auto part = rest_.substr(0, end);
    if (carry_.size() + part.size() > max_chunk_bytes_) return too_large();
    if (end == rest_.npos) {
      carry_ += part;
      break;
    }
    rest_.remove_prefix(end);
    if (carry_.empty()) return part;
    carry_ += part;
    const auto whole = kept_.copy(carry_);
    carry_.clear();
    return whole;
  }
  rest_ = {};
  return std::string_view();
}

std::size_t ChunkScanner::find_element_end(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string_) {
      if (escaped_) {
        escaped_ = false;
      } else if (c == '\\') {
        escaped_ = true;
      } else if (c == '"') {
        in_string_ = false;
      }
    } else if (c == '"') {
      in_string_ = true;
    } else if (c == '{' || c == '[') {
      ++depth_;
    } else if ((c == '}' || c == ']') && --depth_ == 0) {
      return i + 1;
    }
  }
  return text.npos;
}

Result<std::string_view> ChunkScanner::finish() {
  kept_.clear();
  if (framing_ == Framing::kArray) return std::string_view(carry_);
  http::SseEvent event;
  if (framing_ == Framing::kUnknown || !sse_.finish(event)) return std::string_view();
  return kept_.copy(chunk_of(event));
}

}  // namespace tidegate::llm::gemini
