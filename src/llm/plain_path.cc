#include "llm/plain_path.h"

#include "base/ascii.h"

namespace tidegate::llm {
PlainPath::PlainPath(std::string_view path) : plain_(path) {
  const bool is_plain =
      path.find('%') == path.npos && path.find("//") == path.npos && path.find("/.") == path.npos;
  if (!is_plain && path.size() <= buffer_.size()) rewrite(path);
  while (plain_.size() > 1 && plain_.back() == '/') plain_.remove_suffix(1);
}

void PlainPath::rewrite(std::string_view path) {
  std::size_t used = 0;
  for (std::size_t i = 0; i < path.size(); ++i) {
    char c = path[i];
    const bool escaped = c == '%' && i + 2 < path.size() && hex_value(path[i + 1]) >= 0 &&
                         hex_value(path[i + 2]) >= 0;
    if (escaped) {
      c = static_cast<char>(hex_value(path[i + 1]) * 16 + hex_value(path[i + 2]));
      i += 2;
    }
    if (c == '/') used = close_segment(used);
    if (c == '/' && used > 0 && buffer_[used - 1] == '/') continue;
    buffer_[used++] = c;
  }
  plain_ = {buffer_.data(), close_segment(used)};
}

// Drops a last segment of "." and goes up for "..". Returns the length that stays.
std::size_t PlainPath::close_segment(std::size_t used) const {
  const std::string_view text(buffer_.data(), used);
  if (text.ends_with("/.")) return used - 1;
  if (!text.ends_with("/..")) return used;
  const auto parent = used > 3 ? text.rfind('/', used - 4) : text.npos;
  return parent == text.npos ? 1 : parent + 1;
}

}  // namespace tidegate::llm
