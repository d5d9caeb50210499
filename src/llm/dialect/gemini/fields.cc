#include "llm/dialect/gemini/fields.h"

namespace tidegate::llm::gemini {

std::optional<FieldCursor::Item> FieldCursor::next() {
  auto item = cursor_.next();
  while (item && json::is_null(item->value)) item = cursor_.next();
  if (!item) return std::nullopt;
  const auto name = item->name;
  if (name.find('_') == name.npos || name.size() > camel_.size()) {
    return Item{name, name, item->value};
  }
  std::size_t size = 0;
  bool upper = false;
  for (const char c : name) {
    if (c == '_' && size > 0) {
      upper = true;
      continue;
    }
    camel_[size++] = upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    upper = false;
  }
  return Item{{camel_.data(), size}, name, item->value};
}

std::string_view find_field(std::string_view object, std::string_view name) {
  FieldCursor cursor(object);
  while (const auto item = cursor.next()) {
    if (item->name == name) return item->value;
  }
  return {};
}

std::string_view find_text(std::string_view object, std::string_view name) {
  return json::unquote(find_field(object, name));
}

std::optional<std::uint64_t> parse_count(std::string_view value) {
  return json::parse_uint(json::is_string(value) ? json::unquote(value) : value);
}

}  // namespace tidegate::llm::gemini
