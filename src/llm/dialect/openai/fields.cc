#include "llm/dialect/openai/fields.h"

#include <fmt/format.h>

namespace tidegate::llm::openai {

std::string FieldPath::to_string() const {
  if (parent_ == nullptr) return {};
  auto text = parent_->to_string();
  if (index_) return fmt::format("{}[{}]", text, *index_);
  return text.empty() ? std::string(name_) : fmt::format("{}.{}", text, name_);
}

std::optional<FieldCursor::Item> FieldCursor::next() {
  while (const auto item = cursor_.next()) {
    if (json::is_null(item->value)) continue;
    return Item{json::unescape({item->name}, *arena_), item->value};
  }
  return std::nullopt;
}

std::unexpected<Error> refuse(const FieldPath& path, std::string_view what) {
  return fail(ErrorCode::kMalformed, Origin::kDownstream,
              fmt::format("'{}' {}", path.to_string(), what));
}

Result<EscapedText> read_text(const FieldPath& path, std::string_view value) {
  if (!json::is_string(value)) return refuse(path, "must be a string");
  return EscapedText{json::unquote(value)};
}

Result<std::string_view> read_word(const FieldPath& path, std::string_view value, Arena& arena) {
  TIDEGATE_TRY(text, read_text(path, value));
  return json::unescape(text, arena);
}

Result<bool> read_flag(const FieldPath& path, std::string_view value) {
  const auto flag = json::parse_bool(value);
  if (!flag) return refuse(path, "must be a boolean");
  return *flag;
}

Result<std::uint64_t> read_count(const FieldPath& path, std::string_view value) {
  const auto count = json::parse_uint(value);
  if (!count) return refuse(path, "must be a whole number, not negative");
  return *count;
}

Result<std::string_view> read_number(const FieldPath& path, std::string_view value) {
  if (!json::is_number(value)) return refuse(path, "must be a number");
  return value;
}

Result<void> expect_object(const FieldPath& path, std::string_view value) {
  if (!json::is_object(value)) return refuse(path, "must be an object");
  return {};
}

Result<void> expect_array(const FieldPath& path, std::string_view value) {
  if (!json::is_array(value)) return refuse(path, "must be an array");
  return {};
}

EscapedText find_text(std::string_view object, std::string_view name) {
  return {json::unquote(json::find_member(object, name).value_or(std::string_view()))};
}

std::string_view find_value(std::string_view object, std::string_view name) {
  const auto value = json::find_member(object, name).value_or(std::string_view());
  return json::is_null(value) ? std::string_view() : value;
}

}  // namespace tidegate::llm::openai
