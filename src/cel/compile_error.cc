#include "cel/compile_error.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tidegate::cel {
namespace {

constexpr std::size_t kMaxSnippetPoints = 120;  // of a line on either side of the place

bool starts_point(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) != 0x80; }

std::uint32_t count_points(std::string_view text) {
  return static_cast<std::uint32_t>(std::ranges::count_if(text, starts_point));
}

// What a snippet shows of a line before the place.
std::string_view last_points(std::string_view text) {
  std::size_t from = text.size();
  for (std::size_t points = 0; from > 0 && points < kMaxSnippetPoints;) {
    if (starts_point(text[--from])) ++points;
  }
  return text.substr(from);
}

// And after it.
std::string_view first_points(std::string_view text) {
  std::size_t end = 0;
  for (std::size_t points = 0; end < text.size(); ++end) {
    if (starts_point(text[end]) && ++points > kMaxSnippetPoints) break;
  }
  return text.substr(0, end);
}

std::size_t line_start(std::string_view source, std::size_t offset) {
  const auto newline = source.substr(0, offset).rfind('\n');
  return newline == std::string_view::npos ? 0 : newline + 1;
}

}  // namespace

Position find_position(std::string_view source, std::uint32_t offset) {
  const std::size_t at = std::min<std::size_t>(offset, source.size());
  const std::size_t start = line_start(source, at);
  return {static_cast<std::uint32_t>(std::ranges::count(source.substr(0, start), '\n')) + 1,
          count_points(source.substr(start, at - start)) + 1};
}

std::string point_at(std::string_view source, std::uint32_t offset) {
  const std::size_t at = std::min<std::size_t>(offset, source.size());
  const std::size_t start = line_start(source, at);
  const auto before = last_points(source.substr(start, at - start));
  const auto after = first_points(source.substr(at, source.find('\n', at) - at));
  std::string indent;
  for (const char byte : before) {
    if (starts_point(byte)) indent += byte == '\t' ? '\t' : ' ';
  }
  return fmt::format("  | {}{}\n  | {}^", before, after, indent);
}

CompileError::CompileError(std::string text, std::string_view source, std::uint32_t offset)
    : message(std::move(text)),
      position(find_position(source, offset)),
      snippet(point_at(source, offset)) {}

std::string CompileError::to_string() const {
  return fmt::format("{}:{}: {}\n{}", position.line, position.column, message, snippet);
}

}  // namespace tidegate::cel
