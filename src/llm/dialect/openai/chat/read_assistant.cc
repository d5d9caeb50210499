#include <array>
#include <string>

#include "llm/conversation/thought_signature.h"
#include "llm/dialect/openai/chat/messages.h"
#include "llm/dialect/openai/citations.h"
#include "llm/dialect/openai/reasoning.h"
#include "llm/dialect/openai/request_members.h"

namespace tidegate::llm::openai {
namespace {

// The inside of the first of the members that is a string with something in it.
EscapedText find_first_text(std::string_view object, std::span<const std::string_view> names) {
  for (const auto name : names) {
    if (const auto text = find_text(object, name); !text.empty()) return text;
  }
  return {};
}

// Reasoning stands in one member as plain text, in another with what binds it to its provider.
// OpenRouter sends the same text in both.
void read_reasoning(std::string_view message, std::vector<Part>& parts, Arena& arena) {
  constexpr std::array<std::string_view, 2> kNames = {"reasoning_content", "reasoning"};
  const auto text = find_first_text(message, kNames);
  const auto details = read_reasoning_details(find_value(message, "reasoning_details"), arena);
  bool has_text = false;
  for (const auto& detail : details) has_text = has_text || !detail.text.empty();
  if (!text.empty() && !has_text) {
    ReasoningPart part;
    part.text = text;
    // A signature without its text belongs to this one.
    if (details.size() == 1 && details[0].redacted.empty()) {
      part.signature = details[0].signature;
      part.encrypted = details[0].encrypted;
      part.id = details[0].id;
      parts.emplace_back(part);
      return;
    }
    parts.emplace_back(part);
  }
  for (const auto& detail : details) parts.emplace_back(detail);
}

// Mistral's reasoning models answer with parts of this type, which hold parts of text.
void read_thinking(std::string_view part, std::vector<Part>& parts) {
  json::ArrayCursor cursor(find_value(part, "thinking"));
  while (const auto element = cursor.next()) {
    ReasoningPart reasoning;
    reasoning.text = find_text(*element, "text");
    if (!reasoning.text.empty()) parts.emplace_back(reasoning);
  }
}

void read_content(std::string_view content, std::vector<Part>& parts) {
  if (json::is_string(content)) {
    TextPart text;
    text.text = {json::unquote(content)};
    if (!text.text.empty()) parts.emplace_back(text);
    return;
  }
  json::ArrayCursor cursor(content);
  while (const auto element = cursor.next()) {
    const auto type = find_text(*element, "type").bytes;
    if (type == "text" || type == "output_text") {
      TextPart text;
      text.text = find_text(*element, "text");
      text.cache = read_cache_control(*element);
      if (!text.text.empty()) parts.emplace_back(text);
    } else if (type == "refusal") {
      parts.emplace_back(RefusalPart{find_text(*element, "refusal")});
    } else if (type == "thinking") {
      read_thinking(*element, parts);
    }
  }
}

// An answer in sound has its text beside it.
void read_transcript(std::string_view message, std::vector<Part>& parts) {
  const auto transcript = find_text(find_value(message, "audio"), "transcript");
  if (transcript.empty()) return;
  TextPart text;
  text.text = transcript;
  parts.emplace_back(text);
}

void add_citations(std::string_view annotations, std::vector<Part>& parts, Arena& arena) {
  const auto citations = read_annotations(annotations, arena);
  if (citations.empty()) return;
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
    if (auto* text = std::get_if<TextPart>(&*part)) {
      text->citations = citations;
      return;
    }
  }
}

}  // namespace

std::optional<ToolCallPart> read_tool_call(std::string_view call, Arena& arena) {
  ToolCallPart part;
  part.id = find_text(call, "id");
  part.custom = find_text(call, "type").bytes == "custom";
  const auto body = find_value(call, part.custom ? "custom" : "function");
  part.name = find_text(body, "name");
  if (part.name.empty()) return std::nullopt;
  const auto arguments = find_value(body, part.custom ? "input" : "arguments");
  // Some servers forget to make a string of them.
  if (json::is_object(arguments)) {
    part.arguments_raw = arguments;
  } else {
    part.arguments = {json::unquote(arguments)};
  }
  part.signature = find_google_signature(find_value(call, "extra_content"));
  if (part.signature.empty()) part.signature = split_signature(part.id, arena).signature;
  part.cache = read_cache_control(call);
  return part;
}

void read_assistant_parts(std::string_view message, std::vector<Part>& parts, Arena& arena) {
  read_reasoning(message, parts, arena);
  const auto before = parts.size();
  read_content(find_value(message, "content"), parts);
  if (parts.size() == before) read_transcript(message, parts);
  if (const auto refusal = find_text(message, "refusal"); !refusal.empty()) {
    parts.emplace_back(RefusalPart{refusal});
  }
  add_citations(find_value(message, "annotations"), parts, arena);
  json::ArrayCursor calls(find_value(message, "tool_calls"));
  while (const auto call = calls.next()) {
    if (const auto part = read_tool_call(*call, arena)) parts.emplace_back(*part);
  }
  const auto function_call = find_value(message, "function_call");
  if (const auto name = find_text(function_call, "name"); !name.empty()) {
    ToolCallPart part;
    part.name = name;
    part.arguments = find_text(function_call, "arguments");
    parts.emplace_back(part);
  }
}

}  // namespace tidegate::llm::openai
