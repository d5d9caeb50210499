#include "llm/conversation/logprobs.h"

#include <algorithm>

#include "json/cursor.h"
#include "json/value.h"

namespace tidegate::llm {

std::string_view tokens_of(std::string_view logprobs) {
  if (!json::is_object(logprobs)) return {};
  const auto content = json::find_member(logprobs, "content").value_or("");
  if (!json::is_array(content) || !json::ArrayCursor(content).next()) return {};
  return content;
}

void append_tokens(std::string& all, std::string_view tokens) {
  if (!json::is_array(tokens) || !json::ArrayCursor(tokens).next()) return;
  const auto begin = static_cast<std::ptrdiff_t>(all.size());
  if (all.empty()) {
    all = tokens;
  } else {
    all.back() = ',';
    all += tokens.substr(1);
  }
  // Between tokens only: within strings a line end is escaped.
  std::replace_if(
      all.begin() + begin, all.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
}

}  // namespace tidegate::llm
