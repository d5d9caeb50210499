#include "llm/dialect/gemini/part.h"

#include <array>
#include <string>
#include <utility>

#include "llm/conversation/thought_signature.h"
#include "llm/dialect/gemini/fields.h"

namespace tidegate::llm::gemini {
namespace {

using Kind = PartFields::Kind;

constexpr std::array<std::pair<std::string_view, Kind>, 7> kKinds = {{
    {"text", Kind::kText},
    {"inlineData", Kind::kInlineData},
    {"fileData", Kind::kFileData},
    {"functionCall", Kind::kFunctionCall},
    {"functionResponse", Kind::kFunctionResponse},
    {"executableCode", Kind::kExecutableCode},
    {"codeExecutionResult", Kind::kCodeExecutionResult},
}};

// First bytes of files, in base64.
constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kMagic = {{
    {"iVBORw0KGgo", "image/png"},
    {"/9j/", "image/jpeg"},
    {"R0lGOD", "image/gif"},
    {"UklGR", "image/webp"},
    {"JVBERi0", "application/pdf"},
    {"SUQz", "audio/mpeg"},
    {"//uQ", "audio/mpeg"},
    {"T2dnUw", "audio/ogg"},
    {"ZkxhQw", "audio/flac"},
}};

Kind find_kind(std::string_view name) {
  for (const auto& [known, kind] : kKinds) {
    if (name == known) return kind;
  }
  return Kind::kNone;
}

// "python" for "PYTHON": the language of a Markdown fence.
std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  }
  return out;
}

}  // namespace

PartFields read_part(std::string_view part) {
  PartFields fields;
  FieldCursor cursor(part);
  while (const auto item = cursor.next()) {
    const auto kind = find_kind(item->name);
    if (kind != Kind::kNone) {
      fields.kind = kind;
      fields.value = item->value;
    } else if (item->name == "thought") {
      fields.thought = item->value == "true";
    } else if (item->name == "thoughtSignature") {
      fields.signature = {json::unquote(item->value)};
    } else {
      fields.unknown = item->written;
    }
  }
  return fields;
}

MediaPart::Kind media_kind(std::string_view media_type) {
  if (media_type.starts_with("image/")) return MediaPart::Kind::kImage;
  if (media_type.starts_with("audio/")) return MediaPart::Kind::kAudio;
  if (media_type.starts_with("video/")) return MediaPart::Kind::kVideo;
  return MediaPart::Kind::kDocument;
}

std::string_view guess_media_type(std::string_view base64) {
  for (const auto& [magic, type] : kMagic) {
    if (base64.starts_with(magic)) return type;
  }
  return {};
}

MediaPart read_media(const PartFields& part, Arena& arena) {
  MediaPart media;
  const bool is_inline = part.kind == Kind::kInlineData;
  media.media_type = json::unescape({find_text(part.value, "mimeType")}, arena);
  media.data = {find_text(part.value, is_inline ? "data" : "fileUri")};
  media.name = {find_text(part.value, "displayName")};
  if (is_inline) {
    // Escaped slashes and padding are read; SDKs of Python write the URL alphabet.
    const auto data = json::unescape(media.data, arena);
    media.data = {data};
    if (data.find_first_of("-_") != data.npos) {
      std::string standard(data);
      for (char& c : standard) c = c == '-' ? '+' : c == '_' ? '/' : c;
      media.data = {arena.copy(standard)};
    }
    if (media.media_type.empty()) media.media_type = guess_media_type(media.data.bytes);
  } else {
    media.source = media.data.bytes.find("://") == std::string_view::npos
                       ? MediaPart::Source::kFileId
                       : MediaPart::Source::kUrl;
  }
  media.kind = media_kind(media.media_type);
  return media;
}

TextPart read_code(const PartFields& part, Arena& arena) {
  TextPart text;
  if (part.kind == Kind::kExecutableCode) {
    const auto language = lower(find_text(part.value, "language"));
    text.text.bytes =
        arena.concat({"```", language, R"(\n)", find_text(part.value, "code"), R"(\n```\n)"});
  } else {
    text.text.bytes = arena.concat({R"(```\n)", find_text(part.value, "output"), R"(\n```\n)"});
  }
  return text;
}

TextPart read_made_media(const PartFields& part, Arena& arena) {
  const auto media = read_media(part, arena);
  const auto shown = media.kind == MediaPart::Kind::kImage ? "![image](" : "[file](";
  TextPart text;
  if (media.source == MediaPart::Source::kBase64) {
    text.text.bytes = arena.concat({shown, "data:", json::escape(media.media_type, arena).bytes,
                                    ";base64,", media.data.bytes, ")"});
  } else {
    text.text.bytes = arena.concat({shown, media.data.bytes, ")"});
  }
  return text;
}

ReasoningPart read_thought(EscapedText text, EscapedText signature, Arena& arena) {
  ReasoningPart part;
  part.text = text;
  if (signature.empty()) return part;
  const auto foreign = unwrap_thought(signature, arena);
  if (!foreign) {
    part.signature = mark_google(signature, arena);
    return part;
  }
  switch (foreign->kind) {
    case ForeignThought::Kind::kSignature:
      part.signature = foreign->data;
      break;
    case ForeignThought::Kind::kRedacted:
      part.redacted = foreign->data;
      break;
    case ForeignThought::Kind::kEncrypted:
      part.id = foreign->id;
      part.encrypted = foreign->data;
      part.summary = true;
      break;
  }
  return part;
}

std::string_view read_arguments(std::string_view function_call) {
  const auto args = find_field(function_call, "args");
  return json::is_object(args) ? args : "{}";
}

}  // namespace tidegate::llm::gemini
