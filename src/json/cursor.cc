#include "json/cursor.h"

namespace tidegate::json {
namespace {

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

// Behind white space and at most one comma or colon.
std::size_t skip_separators(std::string_view text, std::size_t at) {
  while (at < text.size() && (is_space(text[at]) || text[at] == ',' || text[at] == ':')) ++at;
  return at;
}

// Behind the string that starts at `at`. Strings may be images of many MiB: the search for quotes
// goes at the speed of memchr, and backslashes are counted only in front of one.
std::size_t skip_string(std::string_view text, std::size_t at) {
  for (auto end = text.find('"', at + 1); end != text.npos; end = text.find('"', end + 1)) {
    const auto before = text.find_last_not_of('\\', end - 1);
    if ((end - before) % 2 == 1) return end + 1;
  }
  return text.size();
}

// Behind the object or array that starts at `at`.
std::size_t skip_container(std::string_view text, std::size_t at) {
  std::size_t depth = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"') {
      at = skip_string(text, at);
      continue;
    }
    ++at;
    if (c == '{' || c == '[') ++depth;
    if ((c == '}' || c == ']') && --depth == 0) return at;
  }
  return at;
}

std::size_t skip_value(std::string_view text, std::size_t at) {
  if (text[at] == '"') return skip_string(text, at);
  if (text[at] == '{' || text[at] == '[') return skip_container(text, at);
  while (at < text.size() && !is_space(text[at]) && text[at] != ',' && text[at] != '}' &&
         text[at] != ']') {
    ++at;
  }
  return at;
}

}  // namespace

ArrayCursor::ArrayCursor(std::string_view array)
    : text_(array.starts_with('[') ? array : std::string_view()), at_(1) {}

std::optional<std::string_view> ArrayCursor::next() {
  at_ = skip_separators(text_, at_);
  if (at_ >= text_.size() || text_[at_] == ']') return std::nullopt;
  const auto begin = at_;
  at_ = skip_value(text_, at_);
  return text_.substr(begin, at_ - begin);
}

ObjectCursor::ObjectCursor(std::string_view object)
    : text_(object.starts_with('{') ? object : std::string_view()), at_(1) {}

std::optional<ObjectCursor::Item> ObjectCursor::next() {
  at_ = skip_separators(text_, at_);
  if (at_ >= text_.size() || text_[at_] != '"') return std::nullopt;
  const auto name_begin = at_;
  at_ = skip_string(text_, at_);
  const auto name = unquote(text_.substr(name_begin, at_ - name_begin));
  at_ = skip_separators(text_, at_);
  if (at_ >= text_.size()) return std::nullopt;
  const auto begin = at_;
  at_ = skip_value(text_, at_);
  return Item{name, text_.substr(begin, at_ - begin)};
}

std::optional<std::string_view> find_member(std::string_view object, std::string_view name) {
  ObjectCursor cursor(object);
  while (const auto item = cursor.next()) {
    if (item->name == name) return item->value;
  }
  return std::nullopt;
}

std::string_view unquote(std::string_view value) {
  if (value.size() < 2 || value.front() != '"') return {};
  return value.substr(1, value.size() - 2);
}

}  // namespace tidegate::json
