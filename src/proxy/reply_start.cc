#include "proxy/reply_start.h"

#include <algorithm>
#include <iterator>

#include "http/chars.h"
#include "json/peek.h"
#include "llm/conversation/provider_error.h"

namespace tidegate::proxy {
namespace {

using std::string_view_literals::operator""sv;

// Members that carry output where they are strings that are not empty: chat, completions and
// Gemini; reasoning of several; Responses deltas; tool calls; Anthropic.
constexpr std::string_view kOutputStrings[] = {
    "\"content\"",   "\"text\"",         "\"reasoning_content\"", "\"reasoning\"", "\"delta\"",
    "\"arguments\"", "\"partial_json\"", "\"thinking\"",          "\"refusal\"",   "\"data\""};
// The same where they are lists or objects that are not empty.
constexpr std::string_view kOutputValues[] = {"\"tool_calls\"", "\"functionCall\"",
                                              "\"inlineData\""};
// Where a stream says why it ends.
constexpr std::string_view kEnds[] = {"\"finish_reason\"", "\"stop_reason\"", "\"finishReason\"",
                                      "\"stopReason\""};
constexpr std::string_view kPolicyEnds[] = {"content_filter",      "refusal",   "SAFETY",
                                            "PROHIBITED_CONTENT",  "BLOCKLIST", "content_filtered",
                                            "guardrail_intervened"};

// Whether the value at `at` has something in it.
bool has_content(std::string_view text, std::size_t at) {
  if (at + 1 >= text.size()) return false;
  switch (text[at]) {
    case '"':
      return text[at + 1] != '"';
    case '[':
      return text[at + 1] != ']';
    case '{':
      return text[at + 1] != '}';
    default:
      return false;
  }
}

bool has_string(std::string_view text, std::string_view name) {
  for (auto at = json::peek_value(text, name); at != text.npos;
       at = json::peek_value(text, name, at)) {
    if (at < text.size() && text[at] == '"' && has_content(text, at)) return true;
  }
  return false;
}

bool has_value(std::string_view text, std::string_view name) {
  for (auto at = json::peek_value(text, name); at != text.npos;
       at = json::peek_value(text, name, at)) {
    if (has_content(text, at)) return true;
  }
  return false;
}

bool has_output(std::string_view text) {
  return std::ranges::any_of(kOutputStrings, [=](auto name) { return has_string(text, name); }) ||
         std::ranges::any_of(kOutputValues, [=](auto name) { return has_value(text, name); });
}

bool says(std::string_view text, std::string_view name, std::string_view word) {
  const auto at = json::peek_value(text, name);
  return at != text.npos && at < text.size() && text[at] == '"' &&
         text.substr(at + 1).starts_with(word) &&
         text.substr(at + 1 + word.size()).starts_with('"');
}

bool ends_by_policy(std::string_view text) {
  for (const std::string_view end : kEnds) {
    for (const std::string_view word : kPolicyEnds) {
      if (says(text, end, word)) return true;
    }
  }
  return says(text, "\"blockReason\"", "SAFETY") ||
         says(text, "\"blockReason\"", "PROHIBITED_CONTENT");
}

bool ends(std::string_view text) {
  return std::ranges::any_of(kEnds, [=](auto end) { return has_string(text, end); });
}

// An object or a text; null is what some servers put into every event.
bool is_error(std::string_view text) {
  return has_value(text, "\"error\"") || says(text, "\"type\"", "error") ||
         says(text, "\"type\"", "response.failed");
}

std::string lower(std::string_view text) {
  std::string made(text);
  std::ranges::transform(made, made.begin(), [](char c) { return http::to_lower(c); });
  return made;
}

}  // namespace

ReplyKind ReplyStart::look_at_event(std::string_view data) {
  ++events_;
  if (data.starts_with("[DONE]")) return ReplyKind::kOutput;
  if (is_error(data)) return outputs_ == 0 ? ReplyKind::kError : ReplyKind::kOutput;
  if (has_output(data)) {
    ++outputs_;
    return ReplyKind::kOutput;
  }
  if (ends_by_policy(data) && outputs_ == 0) return ReplyKind::kContentPolicy;
  return ends(data) ? ReplyKind::kOutput : ReplyKind::kNothingYet;
}

ReplyKind ReplyStart::look(std::string_view held, bool ended) {
  const auto note = [this](ReplyKind kind) {
    if (kind_ == ReplyKind::kNothingYet) kind_ = kind;
  };
  if (shape_ == Shape::kBinaryEvents) {
    const std::string_view fresh = held.substr(seen_);
    if (fresh.contains(":exception-type"sv)) {
      note(ReplyKind::kError);
    } else if (has_output(held)) {
      ++outputs_;
      note(ReplyKind::kOutput);
    } else if (ends_by_policy(held)) {
      note(ReplyKind::kContentPolicy);
    }
    ++events_;
    seen_ = held.size();
    if (ended) note(ReplyKind::kOutput);
    return kind_;
  }
  if (shape_ == Shape::kWhole) {
    const auto first = held.find_first_not_of(" \t\r\n"sv);
    const std::string_view text = first == held.npos ? std::string_view() : held.substr(first);
    if (text.starts_with("{\"error\"") || text.starts_with("{\"type\":\"error\"")) {
      note(is_error(text) ? ReplyKind::kError : ReplyKind::kNothingYet);
    }
    if (!ended) return kind_;
    note(ends_by_policy(held) ? ReplyKind::kContentPolicy : ReplyKind::kOutput);
    return kind_;
  }
  while (true) {
    const auto line_end = json::find_line_end(held, seen_);
    if (line_end >= held.size() && !ended) return kind_;
    std::string_view line = held.substr(seen_, line_end - seen_);
    seen_ = std::min(line_end + 1, held.size());
    if (line.starts_with("data:")) {
      line.remove_prefix(5);
      while (line.starts_with(' ')) line.remove_prefix(1);
      note(look_at_event(line));
    }
    if (seen_ >= held.size()) break;
  }
  if (ended) note(ReplyKind::kOutput);
  return kind_;
}

Refusal read_refusal(std::uint16_t status, std::string_view content_type, std::string_view body) {
  const llm::ProviderError error = llm::read_provider_error(status, content_type, body);
  const std::string words = lower(error.code + " " + error.type);
  const std::string message = lower(error.message);
  const auto any_of = [](std::string_view text, auto... parts) {
    return (text.contains(std::string_view(parts)) || ...);
  };
  if (any_of(words, "context_length", "context_window", "string_above_max_length") ||
      any_of(message, "context length", "context window", "prompt is too long", "input is too long",
             "input token count", "too many tokens", "exceeds the maximum number of tokens")) {
    return Refusal::kContextWindow;
  }
  if (any_of(words, "content_filter", "content_policy", "responsibleaipolicy", "safety") ||
      any_of(message, "content management policy", "content policy", "usage policies",
             "content filtering policy", "safety system")) {
    return Refusal::kContentPolicy;
  }
  return Refusal::kOther;
}

}  // namespace tidegate::proxy
