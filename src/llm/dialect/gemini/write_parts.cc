#include "llm/dialect/gemini/write_parts.h"

#include <string>

#include "json/scan.h"
#include "json/value.h"
#include "llm/conversation/thought_signature.h"
#include "llm/dialect/gemini/call_ids.h"
#include "llm/dialect/gemini/part.h"

namespace tidegate::llm::gemini {
namespace {

// What stands for a type that nobody told.
std::string_view default_media_type(MediaPart::Kind kind) {
  switch (kind) {
    case MediaPart::Kind::kImage:
      return "image/jpeg";
    case MediaPart::Kind::kDocument:
      return "application/pdf";
    case MediaPart::Kind::kAudio:
      return "audio/wav";
    case MediaPart::Kind::kVideo:
      return "video/mp4";
  }
  return "application/octet-stream";
}

bool is_object_text(std::string_view text) {
  const auto range = json::validate(text, Origin::kDownstream);
  return range && json::is_object(range->of(text));
}

}  // namespace

void write_text(json::Writer& writer, EscapedText text) {
  writer.begin_object().member("text", text).end_object();
}

void write_thought(json::Writer& writer, EscapedText text, EscapedText signature) {
  writer.begin_object().member("text", text);
  writer.key("thought").boolean(json::Writer::Bool::kTrue);
  if (!signature.empty()) writer.member("thoughtSignature", signature);
  writer.end_object();
}

void write_foreign_thought(json::Writer& writer, const ReasoningPart& part, Arena& arena) {
  using Kind = ForeignThought::Kind;
  if (const auto google = unmark_google(part.signature)) {
    writer.begin_object().member("text", part.text);
    if (!part.text.empty()) writer.key("thought").boolean(json::Writer::Bool::kTrue);
    writer.member("thoughtSignature", *google).end_object();
    return;
  }
  EscapedText signature;
  if (!part.redacted.empty()) {
    signature = wrap_thought({Kind::kRedacted, {}, part.redacted}, arena);
  } else if (!part.encrypted.empty()) {
    signature = wrap_thought({Kind::kEncrypted, part.id, part.encrypted}, arena);
  } else if (!part.signature.empty()) {
    signature = wrap_thought({Kind::kSignature, {}, part.signature}, arena);
  }
  write_thought(writer, part.text, signature);
}

void write_call(json::Writer& writer, EscapedText id, EscapedText name, std::string_view arguments,
                EscapedText signature, Arena& arena) {
  const auto split = split_signature(id, arena);
  if (signature.empty()) signature = split.signature;
  writer.begin_object().key("functionCall").begin_object();
  const auto given = find_given_id(split.id);
  const auto plain = given.empty() ? split.id : EscapedText{given};
  if (!plain.empty()) writer.member("id", plain);
  writer.member("name", name).key("args").raw(arguments).end_object();
  if (!signature.empty()) writer.member("thoughtSignature", signature);
  writer.end_object();
}

bool write_media(json::Writer& writer, const MediaPart& media, Arena& arena) {
  using Source = MediaPart::Source;
  if (media.source == Source::kText) {
    write_text(writer, media.data);
    return true;
  }
  const bool is_inline = media.source == Source::kBase64;
  // A file by its id is Google's only when it says so.
  if (media.source == Source::kFileId && !media.data.bytes.starts_with("files/")) return false;
  auto type = media.media_type;
  if (type.empty() && is_inline) type = guess_media_type(json::unescape(media.data, arena));
  writer.begin_object().key(is_inline ? "inlineData" : "fileData").begin_object();
  if (is_inline && type.empty()) type = default_media_type(media.kind);
  if (!type.empty()) writer.member("mimeType", type);
  writer.member(is_inline ? "data" : "fileUri", media.data);
  writer.end_object().end_object();
  return true;
}

std::string_view arguments_object(EscapedText arguments, bool custom, Arena& arena) {
  if (custom) return arena.concat({R"({"input":")", arguments.bytes, R"("})"});
  const auto text = json::unescape(arguments, arena);
  if (text.find_first_not_of(" \t\r\n") == text.npos) return "{}";
  if (is_object_text(text)) return text;
  return arena.concat({R"({"arguments":")", arguments.bytes, R"("})"});
}

std::string_view arguments_object(const ToolCallPart& call, Arena& arena) {
  if (call.arguments_raw.empty()) return arguments_object(call.arguments, call.custom, arena);
  if (json::is_object(call.arguments_raw)) return call.arguments_raw;
  return arena.concat({R"({"arguments":)", call.arguments_raw, "}"});
}

}  // namespace tidegate::llm::gemini
