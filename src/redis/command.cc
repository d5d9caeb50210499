#include "redis/command.h"

#include <fmt/format.h>

#include <iterator>

namespace tidegate::redis {

void append_command(std::string& out, std::initializer_list<std::string_view> words) {
  fmt::format_to(std::back_inserter(out), "*{}\r\n", words.size());
  for (const std::string_view word : words) {
    fmt::format_to(std::back_inserter(out), "${}\r\n", word.size());
    out.append(word).append("\r\n");
  }
}

}  // namespace tidegate::redis
