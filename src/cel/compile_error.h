// Why an expression does not compile, and where.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tidegate::cel {

// A byte of the source as people count: both from 1, columns in code points.
struct Position {
  std::uint32_t line = 1;
  std::uint32_t column = 1;

  friend bool operator==(const Position&, const Position&) = default;
};

Position find_position(std::string_view source, std::uint32_t offset);

// The line of `offset` and a caret under it, each line ending without newline:
//   | request.path = "/"
//   |              ^
std::string point_at(std::string_view source, std::uint32_t offset);

struct CompileError {
  std::string message;
  Position position;
  std::string snippet;  // as point_at() makes it

  CompileError(std::string text, std::string_view source, std::uint32_t offset);
  // "1:14: message", then the snippet.
  std::string to_string() const;
};

}  // namespace tidegate::cel
