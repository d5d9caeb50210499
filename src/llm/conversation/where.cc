#include "llm/conversation/where.h"

#include <fmt/format.h>

#include "json/cursor.h"
#include "json/value.h"

namespace tidegate::llm {

std::string Where::path() const {
  if (in_ == nullptr) return {};
  auto path = in_->path();
  if (index_ != kNoIndex) return path + fmt::format("[{}]", index_);
  if (!path.empty()) path += '.';
  return path.append(name_);
}

std::unexpected<Error> Where::refuse(std::string_view what) const {
  const auto place = path();
  return fail(
      ErrorCode::kMalformed, origin_,
      place.empty() ? fmt::format("the body {}", what) : fmt::format("'{}' {}", place, what));
}

Result<json::EscapedText> read_string(std::string_view value, const Where& where) {
  if (!json::is_string(value)) return where.refuse("must be a string");
  return json::EscapedText{json::unquote(value)};
}

Result<std::uint64_t> read_count(std::string_view value, const Where& where) {
  const auto count = json::parse_uint(value);
  if (!count) return where.refuse("must be a whole number that is not negative");
  return *count;
}

Result<std::string_view> read_number(std::string_view value, const Where& where) {
  if (!json::is_number(value)) return where.refuse("must be a number");
  return value;
}

Result<bool> read_bool(std::string_view value, const Where& where) {
  const auto flag = json::parse_bool(value);
  if (!flag) return where.refuse("must be a boolean");
  return *flag;
}

Result<std::string_view> read_object(std::string_view value, const Where& where) {
  if (!json::is_object(value)) return where.refuse("must be an object");
  return value;
}

Result<std::string_view> read_array(std::string_view value, const Where& where) {
  if (!json::is_array(value)) return where.refuse("must be an array");
  return value;
}

Result<void> read_strings(std::string_view array, const Where& where,
                          std::vector<json::EscapedText>& out) {
  return for_each_element(array, where,
                          [&](std::string_view element, const Where& at) -> Result<void> {
                            TIDEGATE_TRY(text, read_string(element, at));
                            out.push_back(text);
                            return {};
                          });
}

}  // namespace tidegate::llm
