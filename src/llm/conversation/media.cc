#include "llm/conversation/media.h"

#include <algorithm>
#include <array>

#include "json/scan.h"

namespace tidegate::llm {
namespace {

struct Format {
  std::string_view name;
  std::string_view media_type;
};
// The first row of a name or type counts.
constexpr std::array kFormats{
    Format{"png", "image/png"},
    Format{"jpeg", "image/jpeg"},
    Format{"jpeg", "image/jpg"},
    Format{"gif", "image/gif"},
    Format{"webp", "image/webp"},
    Format{"pdf", "application/pdf"},
    Format{"csv", "text/csv"},
    Format{"doc", "application/msword"},
    Format{"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    Format{"xls", "application/vnd.ms-excel"},
    Format{"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    Format{"html", "text/html"},
    Format{"txt", "text/plain"},
    Format{"md", "text/markdown"},
    Format{"mp3", "audio/mpeg"},
    Format{"mp3", "audio/mp3"},
    Format{"wav", "audio/wav"},
    Format{"wav", "audio/x-wav"},
    Format{"flac", "audio/flac"},
    Format{"ogg", "audio/ogg"},
    Format{"aac", "audio/aac"},
    Format{"m4a", "audio/mp4"},
    Format{"webm", "video/webm"},
    Format{"mp4", "video/mp4"},
    Format{"mov", "video/quicktime"},
    Format{"mkv", "video/x-matroska"},
    Format{"mpeg", "video/mpeg"},
    Format{"wmv", "video/x-ms-wmv"},
    Format{"three_gp", "video/3gpp"},
};

// How base64 of a file begins: its magic number.
constexpr std::array kBeginnings{
    Format{"iVBORw0KGgo", "image/png"},  Format{"/9j/", "image/jpeg"},
    Format{"R0lGOD", "image/gif"},       Format{"UklGR", "image/webp"},
    Format{"JVBERi", "application/pdf"},
};

}  // namespace

std::string_view media_type_of(const MediaPart& part) {
  if (!part.media_type.empty()) {
    return part.media_type.substr(0, part.media_type.find_first_of("; "));
  }
  if (part.source == MediaPart::Source::kText) return "text/plain";
  if (part.source != MediaPart::Source::kBase64) return {};
  for (const auto& beginning : kBeginnings) {
    if (part.data.bytes.starts_with(beginning.name)) return beginning.media_type;
  }
  return {};
}

std::string_view format_of(std::string_view media_type) {
  const auto found = std::ranges::find(kFormats, media_type, &Format::media_type);
  return found == kFormats.end() ? std::string_view() : found->name;
}

std::string_view media_type_of_format(std::string_view format) {
  const auto found = std::ranges::find(kFormats, format, &Format::name);
  return found == kFormats.end() ? std::string_view() : found->media_type;
}

std::string_view to_string(MediaPart::Kind kind) {
  switch (kind) {
    case MediaPart::Kind::kImage:
      return "image";
    case MediaPart::Kind::kDocument:
      return "document";
    case MediaPart::Kind::kAudio:
      return "audio";
    case MediaPart::Kind::kVideo:
      return "video";
  }
  return "media";
}

Arguments arguments_of(const ToolCallPart& call, Arena& arena) {
  if (!call.arguments_raw.empty()) {
    if (call.arguments_raw.starts_with('{')) return {call.arguments_raw};
    if (call.arguments_raw == "null") return {"{}"};
    return {arena.concat({R"({"input":)", call.arguments_raw, "}"}), false};
  }
  const auto wrapped = [&] { return arena.concat({R"({"input":")", call.arguments.bytes, "\"}"}); };
  if (call.custom) return {wrapped()};
  auto text = json::unescape(call.arguments, arena);
  const auto begin = text.find_first_not_of(" \t\r\n");
  if (begin == text.npos) return {"{}"};
  text = text.substr(begin);
  if (text.starts_with('{') && json::validate(text, Origin::kUpstream)) return {text};
  if (text == "null") return {"{}"};
  return {wrapped(), false};
}

}  // namespace tidegate::llm
