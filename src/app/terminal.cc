#include "app/terminal.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

namespace tidegate::app {

std::string Paint::wrap(std::string_view code, std::string_view text) const {
  if (mode_ == Mode::kPlain) return std::string(text);
  return fmt::format("\033[{}m{}\033[0m", code, text);
}

std::string Paint::problems(std::string_view lines) const {
  std::string painted;
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size() - 1);
    const std::string_view line = lines.substr(0, end);
    const bool warning = line.find(": warning: ") != line.npos;
    painted += (warning ? yellow(line) : red(line)) + "\n";
    lines.remove_prefix(end + 1);
  }
  return painted;
}

Paint paint_for(std::FILE* stream) {
  const char* no_color = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  const bool refused = (no_color != nullptr && *no_color != '\0') || terminal == nullptr ||
                       std::string_view(terminal) == "dumb";
  return Paint(!refused && isatty(fileno(stream)) == 1 ? Paint::Mode::kColoured
                                                       : Paint::Mode::kPlain);
}

}  // namespace tidegate::app
