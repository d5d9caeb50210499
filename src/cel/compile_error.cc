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
  auto before = source.substr(start, at - start);
  auto after = source.substr(at, source.find('\n', at) - at);
  while (count_points(before) > kMaxSnippetPoints) before.remove_prefix(1);
  while (count_points(after) > kMaxSnippetPoints) after.remove_suffix(1);
  while (!before.empty() && !starts_point(before.front())) before.remove_prefix(1);
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
