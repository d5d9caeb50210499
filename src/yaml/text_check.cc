#include "yaml/text_check.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <string>

namespace tidegate::yaml {
namespace {

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') || byte == 0x7f;
}

}  // namespace

std::optional<Problem> find_unclean_text(std::string_view text, std::uint32_t first_line) {
  const auto control = std::ranges::find_if(text, is_control);
  if (control == text.end() && simdjson::validate_utf8(text.data(), text.size()))
    return std::nullopt;
  std::uint32_t line = first_line;
  while (true) {
    const auto row = text.substr(0, text.find('\n'));
    const auto bad = std::ranges::find_if(row, is_control);
    if (bad != row.end()) {
      const auto column = static_cast<std::uint32_t>(bad - row.begin()) + 1;
      return Problem{{line, column},
                     fmt::format("control character 0x{:02x}", static_cast<unsigned char>(*bad))};
    }
    if (!simdjson::validate_utf8(row.data(), row.size())) return Problem{{line, 1}, "not UTF-8"};
    if (row.size() == text.size()) return Problem{{line, 1}, "not UTF-8"};
    text.remove_prefix(row.size() + 1);
    ++line;
  }
}

}  // namespace tidegate::yaml
