#include "llm/dialect/openai/fields.h"

namespace tidegate::llm::openai {

std::optional<FieldCursor::Item> FieldCursor::next() {
  while (const auto item = cursor_.next()) {
    if (json::is_null(item->value)) continue;
    return Item{json::unescape({item->name}, *arena_), item->value};
  }
  return std::nullopt;
}

Result<std::string_view> read_word(std::string_view value, const Where& where, Arena& arena) {
  TIDEGATE_TRY(text, read_string(value, where));
  return json::unescape(text, arena);
}

EscapedText find_text(std::string_view object, std::string_view name) {
  return {json::unquote(json::find_member(object, name).value_or(std::string_view()))};
}

std::string_view find_value(std::string_view object, std::string_view name) {
  const auto value = json::find_member(object, name).value_or(std::string_view());
  return json::is_null(value) ? std::string_view() : value;
}

}  // namespace tidegate::llm::openai
