// Colour on a terminal, plain text everywhere else.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace tidegate::app {

class Paint {
 public:
  enum class Mode : std::uint8_t { kPlain, kColoured };
  explicit Paint(Mode mode) : mode_(mode) {}

  std::string bold(std::string_view text) const { return wrap("1", text); }
  std::string dim(std::string_view text) const { return wrap("2", text); }
  std::string red(std::string_view text) const { return wrap("31", text); }
  std::string green(std::string_view text) const { return wrap("32", text); }
  std::string yellow(std::string_view text) const { return wrap("33", text); }
  // Lines of resource::format_problems(): warnings yellow, errors red.
  std::string problems(std::string_view lines) const;

 private:
  std::string wrap(std::string_view code, std::string_view text) const;
  Mode mode_;
};

// Coloured when `stream` is a terminal that can, and NO_COLOR is not set.
// Source: no-color.org.
Paint paint_for(std::FILE* stream);

}  // namespace tidegate::app
