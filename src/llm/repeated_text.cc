#include "llm/repeated_text.h"

#include "json/text.h"

namespace tidegate::llm {
namespace {

// Whether `text` could stand between the quotes of a JSON string.
bool is_inside_of_string(std::string_view text) {
  if (json::is_plain_ascii(text)) return true;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte < 0x20 || byte == '"') return false;
    if (byte != '\\') continue;
    const std::size_t length = json::escape_length(text.substr(at));
    if (length == 0) return false;
    at += length - 1;
  }
  return json::find_invalid_utf8(text) == text.size();
}

}  // namespace

std::optional<std::string_view> RepeatedText::find(std::string_view event) const {
  const std::size_t behind = last_.size() - text_end_;
  if (last_.empty() || event.size() <= text_begin_ + behind) return std::nullopt;
  const std::string_view last = last_;
  if (!event.starts_with(last.substr(0, text_begin_))) return std::nullopt;
  if (!event.ends_with(last.substr(text_end_))) return std::nullopt;
  const auto text = event.substr(text_begin_, event.size() - behind - text_begin_);
  if (!is_inside_of_string(text)) return std::nullopt;
  return text;
}

void RepeatedText::remember(std::string_view event, std::string_view text) {
  constexpr std::size_t kMaxKept = 1024;
  forget();
  const auto begin = static_cast<std::size_t>(text.data() - event.data());
  const bool quoted = event.size() <= kMaxKept && text.data() > event.data() &&
                      begin + text.size() < event.size() && event[begin - 1] == '"' &&
                      event[begin + text.size()] == '"';
  if (!quoted) return;
  text_begin_ = begin;
  text_end_ = begin + text.size();
  last_ = event;
}

}  // namespace tidegate::llm
