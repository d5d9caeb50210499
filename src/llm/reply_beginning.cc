#include "llm/reply_beginning.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/ascii.h"
#include "base/base64.h"
#include "http/chars.h"
#include "json/cursor.h"
#include "json/peek.h"
#include "json/scan.h"
#include "json/value.h"
#include "llm/conversation/provider_error.h"

namespace tidegate::llm {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

// Members that carry output where they are strings that are not empty: chat, completions and
// Gemini; reasoning of several; Responses deltas; tool calls; Anthropic; sound and images.
constexpr std::string_view kOutputStrings[] = {
    "\"content\"",   "\"text\"",         "\"reasoning_content\"", "\"reasoning\"", "\"delta\"",
    "\"arguments\"", "\"partial_json\"", "\"thinking\"",          "\"refusal\"",   "\"data\"",
    "\"audio\"",     "\"b64_json\""};
// The same where they are lists or objects that are not empty.
constexpr std::string_view kOutputValues[] = {"\"tool_calls\"", "\"functionCall\"",
                                              "\"inlineData\""};
// Where a stream says why it ends.
constexpr std::string_view kEnds[] = {"\"finish_reason\"", "\"stop_reason\"", "\"finishReason\"",
                                      "\"stopReason\""};
constexpr std::string_view kEndTypes[] = {"response.completed",   "response.incomplete",
                                          "message_stop",         "speech.audio.done",
                                          "transcript.text.done", "image_generation.completed"};
constexpr std::string_view kPolicyEnds[] = {"content_filter",      "refusal",   "SAFETY",
                                            "PROHIBITED_CONTENT",  "BLOCKLIST", "content_filtered",
                                            "guardrail_intervened"};

bool has_string(std::string_view text, std::string_view name) {
  for (auto at = json::peek_value(text, name); at != text.npos;
       at = json::peek_value(text, name, at)) {
    if (at < text.size() && text[at] == '"' && json::is_filled(text, at)) return true;
  }
  return false;
}

bool has_value(std::string_view text, std::string_view name) {
  for (auto at = json::peek_value(text, name); at != text.npos;
       at = json::peek_value(text, name, at)) {
    if (json::is_filled(text, at)) return true;
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
  return std::ranges::any_of(kEnds, [=](auto end) { return has_string(text, end); }) ||
         std::ranges::any_of(kEndTypes, [=](auto type) { return says(text, "\"type\"", type); });
}

// An object or a text; null is what some servers put into every event.
bool is_error(std::string_view text) {
  return has_value(text, "\"error\"") || says(text, "\"type\"", "error") ||
         says(text, "\"type\"", "response.failed");
}

std::string_view skip_space(std::string_view text) {
  const auto first = text.find_first_not_of(kSpace);
  return first == text.npos ? std::string_view() : text.substr(first);
}

// Whether a document's first member is an error; Google writes many lines, and a stream that is no
// SSE as one list.
bool begins_as_error(std::string_view text) {
  text = skip_space(text);
  if (text.starts_with('[')) text = skip_space(text.substr(1));
  if (!text.starts_with('{')) return false;
  text = skip_space(text.substr(1));
  if (text.starts_with("\"error\"")) return has_value(text, "\"error\"");
  return text.starts_with("\"type\"") && says(text, "\"type\"", "error");
}

// Whether a whole document has an error, wherever it stands; Responses that failed end with it.
bool has_error(std::string_view document) {
  static constexpr json::Selection kNames{"error"};
  std::array<json::Member, kNames.size()> members;
  if (!json::scan_object(document, kNames, members, Origin::kUpstream)) return false;
  const json::Kind kind = members[0].kind;
  return (kind == json::Kind::kObject || kind == json::Kind::kString) &&
         members[0].value.size() > 2;
}

// {"bytes":"eyJ0eXBl..."}, as InvokeModel sends events.
std::optional<std::string> event_of_chunk(std::string_view payload) {
  if (!json::validate(payload, Origin::kUpstream)) return std::nullopt;
  return parse_base64(json::unquote(json::find_member(payload, "bytes").value_or("")));
}

std::string lower(std::string_view text) {
  std::string made(text);
  std::ranges::transform(made, made.begin(), to_lower);
  return made;
}

}  // namespace

// A document and lines are told apart; messages of a binary stream begin with zeros.
void ReplyBeginning::tell_shape(std::string_view held) {
  const std::string_view text = skip_space(held);
  if (shape_told_ || shape_ == Shape::kBinaryEvents || text.empty()) return;
  shape_told_ = true;
  const bool document = text.starts_with('{') || text.starts_with('[');
  const bool lines = text.starts_with('d') || text.starts_with('e') || text.starts_with(':');
  if (shape_ == Shape::kEvents && document) shape_ = Shape::kDocument;
  if (shape_ == Shape::kDocument && lines) shape_ = Shape::kEvents;  // data:, event:, a comment
}

void ReplyBeginning::look_at_event(std::string_view data) {
  ++events_;
  if (data.starts_with("[DONE]")) return note(ReplyKind::kOutput);
  if (is_error(data)) return note(outputs_ == 0 ? ReplyKind::kError : ReplyKind::kOutput);
  if (has_output(data)) {
    ++outputs_;
    return note(ReplyKind::kOutput);
  }
  if (ends_by_policy(data) && outputs_ == 0) return note(ReplyKind::kContentPolicy);
  if (ends(data)) note(ReplyKind::kOutput);
}

void ReplyBeginning::look_at_lines(std::string_view held, bool ended) {
  while (seen_ < held.size()) {
    const auto line_end = json::find_line_end(held, seen_);
    if (line_end >= held.size() && !ended) return;
    std::string_view line = held.substr(seen_, line_end - seen_);
    seen_ = std::min(line_end + 1, held.size());
    if (!line.starts_with("data:")) continue;
    line.remove_prefix(5);
    while (line.starts_with(' ')) line.remove_prefix(1);
    look_at_event(line);
  }
}

void ReplyBeginning::look_at_frames(std::string_view fresh) {
  frames_.feed(fresh);
  bedrock::Frame frame;
  while (true) {
    const auto found = frames_.next(frame);
    if (!found) return note(ReplyKind::kError);
    if (!*found) return;
    if (frame.message_type == "exception" || frame.message_type == "error") {
      ++events_;
      note(outputs_ == 0 ? ReplyKind::kError : ReplyKind::kOutput);
    } else if (frame.event_type == "chunk") {
      const auto event = event_of_chunk(frame.payload);
      if (!event) return note(ReplyKind::kError);
      look_at_event(*event);
    } else {
      look_at_event(frame.payload);
    }
  }
}

void ReplyBeginning::look_at_document(std::string_view held, bool ended) {
  if (begins_as_error(held)) return note(ReplyKind::kError);
  if (!ended) return;
  const bool unreadable = shape_ == Shape::kDocument && !json::validate(held, Origin::kUpstream);
  if (unreadable || has_error(held)) return note(ReplyKind::kError);
  note(ends_by_policy(held) ? ReplyKind::kContentPolicy : ReplyKind::kOutput);
}

ReplyKind ReplyBeginning::look(std::string_view held, bool ended) {
  tell_shape(held);
  switch (shape_) {
    case Shape::kEvents:
      look_at_lines(held, ended);
      break;
    case Shape::kBinaryEvents:
      look_at_frames(held.substr(seen_));
      seen_ = held.size();
      break;
    case Shape::kWhole:
    case Shape::kDocument:
      look_at_document(held, ended);
      break;
  }
  if (ended) note(ReplyKind::kError);
  return kind_;
}

Refusal read_refusal(std::uint16_t status, std::string_view content_type, std::string_view body) {
  const ProviderError error = read_provider_error(status, content_type, body);
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

}  // namespace tidegate::llm
