#include "llm/text/collector.h"

#include <algorithm>
#include <limits>

#include "json/escaped_text.h"
#include "json/value.h"

namespace tidegate::llm {
namespace {

constexpr bool is_base64(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
         c == '/' || c == '=' || c == '-' || c == '_' || c == '\\';
}

// A file within a text. All of it must be base64: a prefix alone must not hide what follows.
bool is_data_url(std::string_view raw) {
  constexpr std::string_view kMark = ";base64,";
  if (!raw.starts_with("data:")) return false;
  const auto mark = raw.substr(0, 256).find(kMark);
  return mark != raw.npos && std::ranges::all_of(raw.substr(mark + kMark.size()), is_base64);
}

// Behind the string that starts at `at`.
std::size_t string_end(std::string_view text, std::size_t at) {
  for (auto end = text.find('"', at + 1); end != text.npos; end = text.find('"', end + 1)) {
    const auto before = text.find_last_not_of('\\', end - 1);
    if ((end - before) % 2 == 1) return end + 1;
  }
  return text.size();
}

}  // namespace

bool LooseFields::next(Item& out) {
  const auto item = cursor_.next();
  if (!item) return false;
  const auto name = json::unescape({item->name}, *arena_);
  std::size_t size = 0;
  for (const char c : name) {
    if (c == '_') continue;
    if (size == name_.size()) {
      size = 0;
      break;
    }
    name_[size++] = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  out = {{name_.data(), size}, item->value};
  return true;
}

std::string_view find_loose(std::string_view object, std::string_view name, Arena& arena) {
  LooseFields fields(object, arena);
  LooseFields::Item item;
  std::string_view found;
  while (fields.next(item)) {
    if (item.name == name) found = item.value;
  }
  return found;
}

void TextCollector::add(std::string_view value, Channel channel, bool is_json) {
  const auto raw = json::unquote(value);
  if (raw.empty() || is_data_url(raw)) return;
  if (out_->size() - first_ == kMaxTexts) {
    overflow_ = true;
    return;
  }
  Text text;
  text.channel = channel;
  text.is_json = is_json;
  text.message = message_;
  const auto begin = static_cast<std::uint32_t>(value.data() - payload_.data());
  text.range = {begin, begin + static_cast<std::uint32_t>(value.size())};
  reread_text(text, payload_, *arena_);
  out_->push_back(text);
}

// Strings that are names are told from values by the colon behind them. `visit` gets the raw name
// that stands before a value, too: within an array, that of the array.
template <class Visit>
void TextCollector::for_each_string(std::string_view value, Visit visit) {
  std::string_view name;
  for (auto at = value.find('"'); at < value.size() && !overflow_; at = value.find('"', at)) {
    const auto end = string_end(value, at);
    const auto text = value.substr(at, end - at);
    const auto next = value.find_first_not_of(" \n\r\t", end);
    if (next != value.npos && value[next] == ':') {
      name = json::unquote(text);
    } else {
      visit(name, text);
    }
    at = end;
  }
}

void TextCollector::add_leaves(std::string_view value, Channel channel) {
  for_each_string(value, [&](std::string_view, std::string_view text) { add(text, channel); });
}

void TextCollector::add_descriptions(std::string_view schema) {
  for_each_string(schema, [&](std::string_view name, std::string_view text) {
    if (json::unescape({name}, *arena_) == "description") add(text, Channel::kToolDescription);
  });
}

}  // namespace tidegate::llm
