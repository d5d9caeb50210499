#include "cel/utf8.h"

#include "base/utf8.h"

namespace tidegate::cel {

std::size_t count_points(std::string_view text) {
  std::size_t count = 0;
  while (!text.empty()) {
    text.remove_prefix(decode_point(text).bytes);
    ++count;
  }
  return count;
}

std::size_t find_point(std::string_view text, std::size_t index) {
  std::size_t offset = 0;
  while (index > 0 && offset < text.size()) {
    offset += decode_point(text.substr(offset)).bytes;
    --index;
  }
  return index == 0 ? offset : std::string_view::npos;
}

bool is_valid_utf8(std::string_view text) {
  while (!text.empty()) {
    const auto point = decode_point(text);
    if (!point.valid) return false;
    text.remove_prefix(point.bytes);
  }
  return true;
}

}  // namespace tidegate::cel
