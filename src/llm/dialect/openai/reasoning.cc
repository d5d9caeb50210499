#include "llm/dialect/openai/reasoning.h"

#include "json/cursor.h"
#include "llm/conversation/thought_signature.h"
#include "llm/dialect/openai/fields.h"

namespace tidegate::llm::openai {
namespace {

constexpr std::string_view kAnthropic = "anthropic-claude-v1";
constexpr std::string_view kOpenAi = "openai-responses-v1";

}  // namespace

std::vector<ReasoningPart> read_reasoning_details(std::string_view details, Arena& arena) {
  std::vector<ReasoningPart> parts;
  json::ArrayCursor cursor(details);
  while (const auto element = cursor.next()) {
    ReasoningPart part;
    const auto type = json::unescape(find_text(*element, "type"), arena);
    if (type == "reasoning.text") {
      part.text = find_text(*element, "text");
      part.signature = find_text(*element, "signature");
    } else if (type == "reasoning.summary") {
      part.text = find_text(*element, "summary");
      part.summary = true;
    } else if (type == "reasoning.encrypted") {
      const auto data = find_text(*element, "data");
      const bool redacted = find_text(*element, "format").bytes.starts_with("anthropic");
      (redacted ? part.redacted : part.encrypted) = data;
      part.id = find_text(*element, "id");
    }
    if (!part.text.empty() || needs_details(part)) parts.push_back(part);
  }
  return parts;
}

bool needs_details(const ReasoningPart& part) {
  return !part.signature.empty() || !part.redacted.empty() || !part.encrypted.empty();
}

void write_reasoning_detail(json::Writer& writer, const ReasoningPart& part, std::uint64_t index,
                            DetailText text) {
  writer.begin_object();
  if (!part.redacted.empty() || !part.encrypted.empty()) {
    const bool redacted = !part.redacted.empty();
    writer.member("type", "reasoning.encrypted");
    writer.member("data", redacted ? part.redacted : part.encrypted);
    if (!part.id.empty()) writer.member("id", part.id);
    writer.member("format", redacted ? kAnthropic : kOpenAi);
  } else {
    writer.member("type", "reasoning.text");
    if (text == DetailText::kWritten) writer.member("text", part.text);
    if (!part.signature.empty()) writer.member("signature", part.signature);
  }
  writer.member("index", index).end_object();
}

EscapedText encrypted_content(const ReasoningPart& part, Arena& arena) {
  using Kind = ForeignThought::Kind;
  if (!part.encrypted.empty()) return part.encrypted;
  if (!part.redacted.empty()) {
    return wrap_thought({Kind::kRedacted, {}, part.redacted}, arena);
  }
  if (part.signature.empty()) return {};
  return wrap_thought({Kind::kSignature, {}, part.signature}, arena);
}

void take_encrypted_content(EscapedText content, ReasoningPart& part, Arena& arena) {
  const auto foreign = unwrap_thought(content, arena);
  if (!foreign || foreign->kind == ForeignThought::Kind::kEncrypted) {
    part.encrypted = foreign ? foreign->data : content;
  } else if (foreign->kind == ForeignThought::Kind::kRedacted) {
    part.redacted = foreign->data;
  } else {
    part.signature = foreign->data;
  }
}

}  // namespace tidegate::llm::openai
